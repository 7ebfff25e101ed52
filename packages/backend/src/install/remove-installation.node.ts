import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withInstallLock } from './install-lock.node.ts';

/**
 * Takes away folders below a backend's home, and the home itself where nothing else is in it.
 *
 * @param names of what an installation puts there, finished or not
 * @returns whether there was anything
 * @throws UserError where an installation is running
 */
export async function removeInstallation(home: string, names: readonly string[]): Promise<boolean> {
  if (!existsSync(home)) return false;
  const present = names.map((name) => join(home, name)).filter((part) => existsSync(part));
  await withInstallLock(home, async () => {
    for (const part of present) await rm(part, { recursive: true, force: true });
  });
  // Fails where somebody put something else there, which then stays.
  await rmdir(home).catch(() => undefined);
  return present.length > 0;
}
