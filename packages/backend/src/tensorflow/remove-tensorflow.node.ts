import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withInstallLock } from '../install/install-lock.node.ts';
import { installationFolder } from '../install/installation.node.ts';
import { backendHome } from '../install/backend-home.node.ts';

/**
 * Takes away what `installTensorflow` put into the user's cache, finished or not; a package in a project is left
 * alone.
 *
 * @param home default: `backendHome('tensorflow')`
 * @returns whether there was anything
 * @throws UserError where an installation is running
 */
export async function removeTensorflow(home: string = backendHome('tensorflow')): Promise<boolean> {
  if (!existsSync(home)) return false;
  const parts = [installationFolder(home), join(home, 'partial-cpu'), join(home, 'partial-gpu')];
  const present = parts.filter((part) => existsSync(part));
  await withInstallLock(home, async () => {
    for (const part of present) await rm(part, { recursive: true, force: true });
  });
  // Fails where somebody put something else there, which then stays.
  await rmdir(home).catch(() => undefined);
  return present.length > 0;
}
