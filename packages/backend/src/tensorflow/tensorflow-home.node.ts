import { homedir } from 'node:os';
import { join } from 'node:path';

/** What {@link tensorflowHome} reads; the process's own by default. */
export interface HomeSource {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * The folder of the user's in which `installTensorflow` puts TensorFlow and `loadTensorflowBackend` looks for it.
 *
 * A cache outside of `node_modules`, so that a reinstall of the project keeps it and all projects share it:
 * `$SSL_HOME/tensorflow`; else `$XDG_CACHE_HOME/ssl/tensorflow`; else `ssl/tensorflow` below the platform's own
 * cache folder (`~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`). Empty variables count as
 * unset. The folder need not exist.
 */
export function tensorflowHome(source: HomeSource = {}): string {
  const { environment = process.env, platform = process.platform, home = homedir() } = source;
  const own = environment.SSL_HOME;
  if (own) return join(own, 'tensorflow');
  const cache = environment.XDG_CACHE_HOME;
  if (cache) return join(cache, 'ssl', 'tensorflow');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'ssl', 'tensorflow');
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'ssl', 'tensorflow');
  }
  return join(home, '.cache', 'ssl', 'tensorflow');
}
