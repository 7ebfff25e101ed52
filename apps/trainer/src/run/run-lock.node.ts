import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@ssl/errors';

/**
 * Takes a run folder for this process, by a file `.lock` with its process id. The lock of a process that is no
 * longer there is taken over.
 *
 * @param directory an existing folder
 * @returns gives the folder free again
 * @throws UserError if another process works on the folder
 */
export async function lockRun(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, '.lock');
  const claim = `${path}.${process.pid}`;
  // Written aside and linked into place, so that no one ever sees a lock without its process id.
  await writeFile(claim, String(process.pid));
  try {
    for (;;) {
      try {
        await link(claim, path);
        return () => rm(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (holder !== process.pid && isAlive(holder)) {
        throw new UserError(
          `${directory}: process ${holder} is working on this run; wait until it is done (or, if that process is something else, remove ${path})`,
        );
      }
      await rm(path, { force: true });
    }
  } finally {
    await rm(claim, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
