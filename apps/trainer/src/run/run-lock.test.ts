import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownIdentity, startOf, type ProcessIdentity } from './process-identity.node.ts';
import { lockRun } from './run-lock.node.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssl-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('leaves nothing behind when given free', async () => {
  const unlock = await lockRun(folder);
  expect(await readdir(folder)).toEqual(['.lock']);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
});

/** A process that lives until it is killed. */
async function startOther(): Promise<ChildProcess> {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(other, 'spawn');
  return other;
}

/** The lock that another process would write. */
async function lockOf(pid: number | undefined, change: Partial<ProcessIdentity> = {}): Promise<string> {
  const { place } = await ownIdentity();
  const started = await startOf(pid ?? 0);
  return JSON.stringify({ pid, place, ...(started !== undefined && { started }), ...change });
}

it('refuses a folder that a living process holds, and takes over from a dead one', async () => {
  const other = await startOther();
  await writeFile(join(folder, '.lock'), await lockOf(other.pid));
  await expect(lockRun(folder)).rejects.toThrow(
    new RegExp(`process ${other.pid} is working on this run \\(its last sign of life was \\d+ s ago\\)`),
  );
  // Not awaited: the lock is taken as soon as the process has ended.
  other.kill('SIGKILL');
  const unlock = await lockRun(folder);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
});

it.runIf(process.platform === 'linux')(
  'takes over from a process that another of the same number has followed',
  async () => {
    const other = await startOther();
    await writeFile(join(folder, '.lock'), await lockOf(other.pid, { started: '1' }));
    await (
      await lockRun(folder)
    )();
    other.kill('SIGKILL');
  },
);

it('waits a minute for a process that cannot be seen from here', async () => {
  const path = join(folder, '.lock');
  await writeFile(path, await lockOf(4_000_000, { place: 'another machine' }));
  await expect(lockRun(folder)).rejects.toThrow('process 4000000 is working on this run');
  const longAgo = new Date(Date.now() - 61_000);
  await utimes(path, longAgo, longAgo);
  await (
    await lockRun(folder)
  )();
});

it('makes the folder, and removes it again where nothing came into it', async () => {
  const deep = join(folder, 'runs', 'a');
  await (
    await lockRun(deep)
  )();
  expect(await readdir(folder)).toEqual([]);
  const unlock = await lockRun(deep);
  await writeFile(join(deep, 'config.json'), '{}');
  await unlock();
  expect(await readdir(deep)).toEqual(['config.json']);
});

it('takes over an unreadable lock', async () => {
  await writeFile(join(folder, '.lock'), 'not a number');
  await expect(lockRun(folder)).resolves.toBeTypeOf('function');
});
