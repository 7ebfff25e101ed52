import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('refuses a folder that a living process holds, and takes over from a dead one', async () => {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(other, 'spawn');
  await writeFile(join(folder, '.lock'), String(other.pid));
  await expect(lockRun(folder)).rejects.toThrow(`process ${other.pid} is working on this run`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await (
    await lockRun(folder)
  )();
  expect(await readdir(folder)).toEqual([]);
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
