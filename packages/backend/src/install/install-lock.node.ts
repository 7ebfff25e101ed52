import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@ssl/errors';

/**
 * Runs `work` while no other process of this machine does so for the same folder.
 *
 * The lock is a file with the process's id. One left behind by a process that no longer runs is taken over.
 *
 * @throws UserError where another process holds it
 */
export async function withInstallLock<T>(home: string, work: () => Promise<T>): Promise<T> {
  const file = join(home, 'lock');
  await acquire(file, home);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string, home: string): Promise<void> {
  try {
    await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  if (isRunning(holder)) {
    throw new UserError(
      `process ${holder} is installing or removing something in ${home}; wait for it to end`,
    );
  }
  await rm(file, { force: true });
  await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
