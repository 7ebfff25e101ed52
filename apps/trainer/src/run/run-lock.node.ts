import { link, mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '@ssl/errors';
import {
  livenessOf,
  ownIdentity,
  processIdentitySchema,
  type ProcessIdentity,
} from './process-identity.node.ts';

/** How often the holder of a lock gives a sign of life, and after how long without one it counts as dead. */
const [beatMilliseconds, silenceMilliseconds] = [5_000, 60_000];
/** How long a lock is waited for: a process that was killed may take a moment to end. */
const patienceMilliseconds = 2_000;
const pollMilliseconds = 100;

/** What is known of a lock's holder. */
interface Holder {
  readonly pid?: number;
  /** Since its last sign of life. */
  readonly silentMilliseconds: number;
  readonly isAlive: boolean;
}

/**
 * Takes a run folder for this process, by a file `.lock` that says which process holds it, and whose time is its last
 * sign of life. The lock of a process that has ended is taken over, and so is one that was silent for a minute where
 * the process cannot be seen from here, as in another container. A missing folder is made.
 *
 * @returns gives the folder free again, and removes what was made where nothing came into it
 * @throws UserError if another process works on the folder, and still does after two seconds
 */
export async function lockRun(directory: string): Promise<() => Promise<void>> {
  const made = await mkdir(directory, { recursive: true });
  const path = join(directory, '.lock');
  const claim = `${path}.${process.pid}`;
  // Written aside and linked into place, so that no one ever sees a lock without its holder.
  await writeFile(claim, JSON.stringify(await ownIdentity()));
  try {
    await takeLock(claim, path, directory);
  } finally {
    await rm(claim, { force: true });
  }
  const beat = setInterval(() => {
    const now = new Date();
    // If the folder is gone, the next save reports it.
    utimes(path, now, now).catch(() => undefined);
  }, beatMilliseconds);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await rm(path, { force: true });
    if (made !== undefined) await removeWhereEmpty(resolve(directory), resolve(made));
  };
}

async function takeLock(claim: string, path: string, directory: string): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    try {
      await link(claim, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const { pid, silentMilliseconds, isAlive } = await readHolder(path);
    if (!isAlive) {
      await rm(path, { force: true });
    } else if (Date.now() > deadline) {
      const silent = Math.round(silentMilliseconds / 1000);
      throw new UserError(
        `${directory}: process ${pid} is working on this run (its last sign of life was ${silent} s ago); wait until it is done, or stop it`,
      );
    } else {
      await wait(pollMilliseconds);
    }
  }
}

/** Who holds a lock. One that cannot be read is nobody's. */
async function readHolder(path: string): Promise<Holder> {
  const modified = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const silentMilliseconds = Math.max(0, Date.now() - modified);
  const identity = parseIdentity(await readFile(path, 'utf8').catch(() => ''));
  if (identity === undefined) return { silentMilliseconds, isAlive: false };
  const liveness = await livenessOf(identity);
  const isAlive =
    liveness === 'running' || (liveness === 'unknown' && silentMilliseconds < silenceMilliseconds);
  return { pid: identity.pid, silentMilliseconds, isAlive };
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    return processIdentitySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
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
