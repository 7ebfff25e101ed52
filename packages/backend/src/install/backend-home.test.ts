import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backendHome } from './backend-home.node.ts';

describe('backendHome', () => {
  const home = join('/', 'home', 'ada');

  it('takes SSL_HOME first, then XDG_CACHE_HOME', () => {
    const environment = { SSL_HOME: '/data/ssl', XDG_CACHE_HOME: '/cache' };
    expect(backendHome('tensorflow', { environment, platform: 'linux', home })).toBe(
      join('/data/ssl', 'tensorflow'),
    );
    expect(
      backendHome('tensorflow', { environment: { XDG_CACHE_HOME: '/cache' }, platform: 'darwin', home }),
    ).toBe(join('/cache', 'ssl', 'tensorflow'));
  });

  it('takes the platform’s own cache folder where nothing is set, or set to nothing', () => {
    const environment = { SSL_HOME: '', XDG_CACHE_HOME: '' };
    expect(backendHome('tensorflow', { environment, platform: 'linux', home })).toBe(
      join(home, '.cache', 'ssl', 'tensorflow'),
    );
    expect(backendHome('tensorflow', { environment: {}, platform: 'darwin', home })).toBe(
      join(home, 'Library', 'Caches', 'ssl', 'tensorflow'),
    );
    expect(
      backendHome('tensorflow', { environment: { LOCALAPPDATA: '/local' }, platform: 'win32', home }),
    ).toBe(join('/local', 'ssl', 'tensorflow'));
    expect(backendHome('tensorflow', { environment: {}, platform: 'win32', home })).toBe(
      join(home, 'AppData', 'Local', 'ssl', 'tensorflow'),
    );
  });
});
