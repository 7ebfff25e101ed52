import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUserError } from '@ssl/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointFormat, type Checkpoint } from './checkpoint.ts';
import { durableFiles, type DurableFiles } from './durable-files.node.ts';
import { createMemoryRunStore } from './memory-run-store.ts';
import { createRunFolder, openRunFolder, type RunFolder } from './run-folder.node.ts';
import type { MetricsRecord } from './run-store.ts';

let root: string;
let run: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ssl-run-'));
  run = join(root, 'run');
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A checkpoint of a step, whose every tensor tells the step. */
function checkpointOf(step: number): Checkpoint {
  const tensor = { dtype: 'F32', shape: [2, 3], data: new Float32Array(6).fill(step) } as const;
  return {
    weights: new Map([['conv1.weight', tensor]]),
    trainer: new Map([['optimizer.momentum.backbone.conv1.weight', tensor]]),
    state: {
      formatVersion: checkpointFormat,
      method: 'toy',
      step,
      totalSteps: 100,
      stepsPerEpoch: 10,
      batchSize: 4,
      samples: 4 * step,
      position: { epoch: Math.floor(step / 10), batch: step % 10 },
      random: { seed: 0 },
      datasetFingerprint: 'abc',
      versions: {},
    },
  };
}

function record(step: number): MetricsRecord {
  return { step, epoch: step / 10, samples: 4 * step, loss: 1 / step, learningRate: 0.1 };
}

async function savedRun(...steps: readonly number[]): Promise<RunFolder> {
  const folder = await createRunFolder(run, { method: 'toy' });
  for (const step of steps) await folder.saveCheckpoint(checkpointOf(step));
  return folder;
}

async function loadedStep(onWarning?: (line: string) => void): Promise<number | undefined> {
  const folder = await openRunFolder(run, onWarning && { onWarning });
  const checkpoint = await folder.loadCheckpoint();
  if (checkpoint === undefined) return undefined;
  expect(checkpoint.weights).toEqual(checkpointOf(checkpoint.state.step).weights);
  expect(checkpoint.trainer).toEqual(checkpointOf(checkpoint.state.step).trainer);
  return checkpoint.state.step;
}

async function userErrorOf(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isUserError(error)) throw new Error(`expected a UserError, got ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error.message;
}

/** The disk, which fails in a way of the test's choice at one of the changes to it. */
function failingFiles(
  fails: (operation: string, path: string) => Error | undefined,
  half = false,
): DurableFiles {
  const guard = async (operation: string, path: string, action: () => Promise<void>): Promise<void> => {
    const error = fails(operation, path);
    if (error !== undefined) throw error;
    await action();
  };
  return {
    ...durableFiles,
    makeDirectory: (path) => guard('makeDirectory', path, () => durableFiles.makeDirectory(path)),
    write: async (path, bytes) => {
      const error = fails('write', path);
      if (error === undefined) return durableFiles.write(path, bytes);
      if (half) await durableFiles.write(path, bytes.subarray(0, bytes.length / 2));
      throw error;
    },
    append: async (path, text) => {
      const error = fails('append', path);
      if (error === undefined) return durableFiles.append(path, text);
      if (half) await durableFiles.append(path, text.slice(0, text.length / 2));
      throw error;
    },
    truncate: (path, length) => guard('truncate', path, () => durableFiles.truncate(path, length)),
    rename: (from, to) => guard('rename', from, () => durableFiles.rename(from, to)),
    remove: (path) => guard('remove', path, () => durableFiles.remove(path)),
    syncDirectory: (path) => guard('syncDirectory', path, () => durableFiles.syncDirectory(path)),
  };
}

function errorOfCode(code: string): Error {
  return Object.assign(new Error(`${code}: write`), { code });
}

describe('a checkpoint of a run folder', () => {
  it('comes back as it was saved, beside the one before', async () => {
    await savedRun(10, 20, 30);
    expect(await loadedStep()).toBe(30);
    expect((await readdir(join(run, 'checkpoints'))).sort()).toEqual(['last', 'previous']);
    expect((await readdir(join(run, 'checkpoints', 'last'))).sort()).toEqual([
      'trainer.json',
      'trainer.safetensors',
      'weights.safetensors',
    ]);
    const state = JSON.parse(
      await readFile(join(run, 'checkpoints', 'last', 'trainer.json'), 'utf8'),
    ) as object;
    expect(state).toMatchObject({
      step: 30,
      position: { epoch: 3, batch: 0 },
      files: { 'weights.safetensors': { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
    });
  });

  it('is the same bytes whenever it is saved', async () => {
    await savedRun(10, 10);
    for (const file of ['weights.safetensors', 'trainer.safetensors', 'trainer.json']) {
      const [last, previous] = await Promise.all(
        ['last', 'previous'].map((name) => readFile(join(run, 'checkpoints', name, file))),
      );
      expect(last).toEqual(previous);
    }
  });

  it('is undefined before the first was saved', async () => {
    const folder = await createRunFolder(run, {});
    expect(await folder.loadCheckpoint()).toBeUndefined();
    await folder.appendMetrics(record(1));
    expect(await loadedStep()).toBeUndefined();
  });

  const damages: Readonly<Record<string, [(last: string) => Promise<void>, RegExp]>> = {
    'a changed byte': [
      async (last) => {
        const path = join(last, 'weights.safetensors');
        const bytes = await readFile(path);
        bytes[bytes.length - 3] = (bytes.at(-3) as number) ^ 1;
        await writeFile(path, bytes);
      },
      /weights\.safetensors was changed/,
    ],
    'a truncated file': [
      async (last) => {
        const path = join(last, 'trainer.safetensors');
        await writeFile(path, (await readFile(path)).subarray(0, 20));
      },
      /trainer\.safetensors has 20 bytes instead of \d+/,
    ],
    'a missing file': [(last) => rm(join(last, 'weights.safetensors')), /weights\.safetensors is missing/],
    'a missing state': [(last) => rm(join(last, 'trainer.json')), /trainer\.json is missing/],
    'a changed state': [
      async (last) => {
        const path = join(last, 'trainer.json');
        await writeFile(path, (await readFile(path, 'utf8')).replace('"step": 20', '"step": 21'));
      },
      /trainer\.json is damaged/,
    ],
    'a state that is no JSON': [
      (last) => writeFile(join(last, 'trainer.json'), '{"step"'),
      /trainer\.json is damaged/,
    ],
    'a missing folder': [(last) => rm(last, { recursive: true }), /it is missing/],
  };

  it.each(Object.entries(damages))(
    'with %s gives way to the previous one, with a warning',
    async (_, entry) => {
      const [damage, reason] = entry;
      await savedRun(10, 20);
      await damage(join(run, 'checkpoints', 'last'));
      const warnings: string[] = [];
      expect(await loadedStep((line) => warnings.push(line))).toBe(10);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(reason);
      expect(warnings[0]).toMatch(/going on from the previous checkpoint, of step 10$/);

      const folder = await openRunFolder(run);
      await folder.loadCheckpoint();
      await folder.saveCheckpoint(checkpointOf(30));
      expect(await loadedStep()).toBe(30);
      await rm(join(run, 'checkpoints', 'last', 'trainer.json'));
      // The damaged one did not take the whole one's place.
      expect(await loadedStep()).toBe(10);
    },
  );

  it('says so where none is whole', async () => {
    await savedRun(10, 20);
    await rm(join(run, 'checkpoints', 'last', 'trainer.json'));
    await rm(join(run, 'checkpoints', 'previous', 'weights.safetensors'));
    expect(await userErrorOf(loadedStep())).toMatch(
      /no whole checkpoint is left \(last: trainer.json is missing; previous: weights.safetensors is missing\); start a new run/,
    );
  });

  it.each([
    ['the first', [], 10],
    ['the second', [10], 20],
    ['a later', [10, 20], 30],
  ] as const)('is never lost by a kill at any instant of saving %s one', async (_, before, next) => {
    const killed = new Error('killed');
    for (let instant = 0, finished = false; !finished; instant++) {
      await rm(run, { recursive: true, force: true });
      const first = await savedRun(...before);
      await first.appendMetrics(record(1));

      let operations = 0;
      const files = failingFiles(() => (operations++ >= instant ? killed : undefined), true);
      const folder = await openRunFolder(run, { files });
      await folder.loadCheckpoint();
      finished = await folder.saveCheckpoint(checkpointOf(next)).then(
        () => true,
        (error: unknown) => {
          expect(error).toBe(killed);
          return false;
        },
      );

      const warnings: string[] = [];
      const step = await loadedStep((line) => warnings.push(line));
      expect(warnings).toEqual([]);
      expect([before.at(-1), next]).toContain(step);
      if (finished) expect(step).toBe(next);

      const resumed = await openRunFolder(run);
      await resumed.loadCheckpoint();
      await resumed.saveCheckpoint(checkpointOf(next));
      await resumed.saveCheckpoint(checkpointOf(next + 10));
      expect(await loadedStep()).toBe(next + 10);
      expect((await readdir(join(run, 'checkpoints'))).sort()).toEqual(['last', 'previous']);
      if (finished) expect(operations).toBeGreaterThan(5);
    }
  });

  it('stays whole when the disk is full, and nothing of the new one is left', async () => {
    await savedRun(10, 20);
    for (const file of ['weights.safetensors', 'trainer.safetensors', 'trainer.json']) {
      const files = failingFiles(
        (operation, path) =>
          operation === 'write' && path.endsWith(file) ? errorOfCode('ENOSPC') : undefined,
        true,
      );
      const folder = await openRunFolder(run, { files });
      await folder.loadCheckpoint();
      expect(await userErrorOf(folder.saveCheckpoint(checkpointOf(30)))).toBe(
        `${run}: the disk is full; the checkpoint of step 20 is whole: make room and resume from it`,
      );
      expect((await readdir(join(run, 'checkpoints'))).sort()).toEqual(['last', 'previous']);
      expect(await loadedStep()).toBe(20);
    }
  });
});

describe('a checkpoint of another version', () => {
  it('is refused in one line, and left as it is', async () => {
    const folder = await createRunFolder(run, { method: 'toy' });
    const { state, ...tensors } = checkpointOf(10);
    expect(state.formatVersion).toBe(2);
    await folder.saveCheckpoint({ ...tensors, state: { ...state, formatVersion: 1 } });
    const message = `${join(run, 'checkpoints', 'last')} was written by another version of this program (format 1, this one reads format 2): train it anew`;
    expect(await userErrorOf(loadedStep())).toBe(message);
    expect((await readdir(join(run, 'checkpoints', 'last'))).sort()).toHaveLength(3);
    expect(await userErrorOf(loadedStep())).toBe(message);
  });
});

describe('the run log', () => {
  const lines = async (): Promise<string> => readFile(join(run, 'metrics.jsonl'), 'utf8');

  it('is a JSON object a line', async () => {
    const folder = await createRunFolder(run, {});
    await folder.appendMetrics(record(1));
    await folder.appendMetrics(record(2));
    expect(
      (await lines())
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([record(1), record(2)]);
  });

  it('goes back to a step, and drops what is half-written', async () => {
    const folder = await createRunFolder(run, {});
    for (const step of [1, 2, 3]) await folder.appendMetrics(record(step));
    await durableFiles.append(join(run, 'metrics.jsonl'), '{"step":2,"lo');
    await folder.rewindMetrics(2);
    expect(await lines()).toBe(`${JSON.stringify(record(1))}\n${JSON.stringify(record(2))}\n`);
    await folder.appendMetrics(record(3));
    expect((await lines()).split('\n')).toHaveLength(4);
  });

  it('has no half line when the disk is full', async () => {
    const folder = await createRunFolder(run, {});
    await folder.appendMetrics(record(1));
    const before = await lines();
    const files = failingFiles(
      (operation) => (operation === 'append' ? errorOfCode('ENOSPC') : undefined),
      true,
    );
    const full = await openRunFolder(run, { files });
    expect(await userErrorOf(full.appendMetrics(record(2)))).toMatch(
      /the disk is full; make room and start again/,
    );
    expect(await lines()).toBe(before);
  });
});

describe('createRunFolder', () => {
  it('writes nothing before there is something to keep', async () => {
    const folder = await createRunFolder(run, { method: 'toy', epochs: 3 });
    expect(await readdir(root)).toEqual([]);
    await folder.appendMetrics(record(1));
    expect((await openRunFolder(run)).config).toEqual({ method: 'toy', epochs: 3 });
  });

  it('takes an empty folder, and one that holds but a lock', async () => {
    await mkdir(run);
    await writeFile(join(run, '.lock'), '1');
    await (await createRunFolder(run, {})).appendMetrics(record(1));
    expect((await readdir(run)).sort()).toEqual(['.lock', 'config.json', 'metrics.jsonl']);
  });

  it('refuses a folder that holds something, and a file', async () => {
    await mkdir(run);
    await writeFile(join(run, 'notes.txt'), 'mine');
    expect(await userErrorOf(createRunFolder(run, {}))).toBe(
      `${run} exists and is not empty; name another folder, or resume the run that is in it`,
    );
    expect(await userErrorOf(createRunFolder(join(run, 'notes.txt'), {}))).toMatch(/is a file/);
  });

  it.each([
    ['ENOSPC', /the disk is full; make room and start again/],
    ['EACCES', /may not be written to; change its permissions/],
  ])('says in one line when it meets %s', async (code, message) => {
    const files = failingFiles(
      (operation, path) => (operation === 'write' && path.includes('config') ? errorOfCode(code) : undefined),
      true,
    );
    const folder = await createRunFolder(run, {}, { files });
    expect(await userErrorOf(folder.saveCheckpoint(checkpointOf(0)))).toMatch(message);
    expect(await readdir(run)).toEqual([]);
  });
});

describe('openRunFolder', () => {
  it('refuses what is no run', async () => {
    expect(await userErrorOf(openRunFolder(run))).toBe(`${run}: no such folder`);
    await mkdir(run);
    expect(await userErrorOf(openRunFolder(run))).toBe(`${run} is no run: it has no config.json`);
    await writeFile(join(run, 'config.json'), '{"method":');
    expect(await userErrorOf(openRunFolder(run))).toMatch(/config\.json is damaged: /);
    await writeFile(join(run, 'config.json'), '[]');
    expect(await userErrorOf(openRunFolder(run))).toMatch(/it holds no JSON object/);
  });
});

describe('createMemoryRunStore', () => {
  it('keeps a checkpoint and the run log', async () => {
    const store = createMemoryRunStore();
    expect(await store.loadCheckpoint()).toBeUndefined();
    await store.saveCheckpoint(checkpointOf(10));
    for (const step of [1, 2, 3]) await store.appendMetrics(record(step));
    await store.rewindMetrics(2);
    expect(store.metrics.map(({ step }) => step)).toEqual([1, 2]);
    expect((await createMemoryRunStore(store.checkpoint).loadCheckpoint())?.state.step).toBe(10);
  });
});
