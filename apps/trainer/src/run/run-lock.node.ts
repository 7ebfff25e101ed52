import { link, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '@ssl/errors';

/**
 * Takes a run folder for this process, by a file `.lock` with its process id. The lock of a process that is no
 * longer there is taken over. A missing folder is made.
 *
 * @returns gives the folder free again, and removes what was made where nothing came into it
 * @throws UserError if another process works on the folder
 */
export async function lockRun(directory: string): Promise<() => Promise<void>> {
  const made = await mkdir(directory, { recursive: true });
  const path = join(directory, '.lock');
  const claim = `${path}.${process.pid}`;
  // Written aside and linked into place, so that no one ever sees a lock without its process id.
  await writeFile(claim, String(process.pid));
  try {
    await takeLock(claim, path, directory);
  } finally {
    await rm(claim, { force: true });
  }
  return async () => {
    await rm(path, { force: true });
    if (made !== undefined) await removeWhereEmpty(resolve(directory), resolve(made));
  };
}

async function takeLock(claim: string, path: string, directory: string): Promise<void> {
  for (;;) {
    try {
      await link(claim, path);
      return;
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
}

/** Removes a folder and those above it up to `top`, as long as they are empty. */
async function removeWhereEmpty(directory: string, top: string): Promise<void> {
  try {
    await rmdir(directory);
    if (directory !== top) await removeWhereEmpty(dirname(directory), top);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
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
