import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensorflowHome } from './tensorflow-home.node.ts';

describe('tensorflowHome', () => {
  const home = join('/', 'home', 'ada');

  it('takes SSL_HOME first, then XDG_CACHE_HOME', () => {
    const environment = { SSL_HOME: '/data/ssl', XDG_CACHE_HOME: '/cache' };
    expect(tensorflowHome({ environment, platform: 'linux', home })).toBe(join('/data/ssl', 'tensorflow'));
    expect(tensorflowHome({ environment: { XDG_CACHE_HOME: '/cache' }, platform: 'darwin', home })).toBe(
      join('/cache', 'ssl', 'tensorflow'),
    );
  });

  it('takes the platform’s own cache folder where nothing is set, or set to nothing', () => {
    const environment = { SSL_HOME: '', XDG_CACHE_HOME: '' };
    expect(tensorflowHome({ environment, platform: 'linux', home })).toBe(
      join(home, '.cache', 'ssl', 'tensorflow'),
    );
    expect(tensorflowHome({ environment: {}, platform: 'darwin', home })).toBe(
      join(home, 'Library', 'Caches', 'ssl', 'tensorflow'),
    );
    expect(tensorflowHome({ environment: { LOCALAPPDATA: '/local' }, platform: 'win32', home })).toBe(
      join('/local', 'ssl', 'tensorflow'),
    );
    expect(tensorflowHome({ environment: {}, platform: 'win32', home })).toBe(
      join(home, 'AppData', 'Local', 'ssl', 'tensorflow'),
    );
  });
});
