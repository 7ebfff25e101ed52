import { homedir } from 'node:os';
import { join } from 'node:path';

/** What {@link backendHome} reads; the process's own by default. */
export interface HomeSource {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * The folder of the user's into which `ssl backend install` puts a backend, and from where it is loaded.
 *
 * A cache outside of `node_modules`, so that a reinstall of the project keeps it and all projects share it:
 * `$SSL_HOME/NAME`; else `$XDG_CACHE_HOME/ssl/NAME`; else `ssl/NAME` below the platform's own cache folder
 * (`~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`). Empty variables count as unset. The
 * folder need not exist.
 */
export function backendHome(name: 'tensorflow' | 'webgpu', source: HomeSource = {}): string {
  const { environment = process.env, platform = process.platform, home = homedir() } = source;
  const own = environment.SSL_HOME;
  if (own) return join(own, name);
  const cache = environment.XDG_CACHE_HOME;
  if (cache) return join(cache, 'ssl', name);
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'ssl', name);
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'ssl', name);
  }
  return join(home, '.cache', 'ssl', name);
}
