import { cp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensorflowStatus } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashOf, scratchFolder, smallDataset } from './folders.ts';
import { ssl, sslJson, start, tiny, type Outcome, type Running } from './ssl.ts';

interface Summary {
  readonly outcome: string;
  readonly step: number;
  readonly seconds: number;
}

const totalSteps = 24;
let folder: string;
let args: readonly string[];
let unbroken: Summary;

beforeAll(async () => {
  folder = await scratchFolder();
  const data = await smallDataset(join(folder, 'cifar'), 8 * 32, 32);
  args = [
    ...['train', '--data', data, '--epochs', '3', ...tiny, '--set', 'queueSize=64'],
    // A line of the log after each step, and a checkpoint after nearly each: a kill hits writing, too.
    ...['--set', 'logEverySteps=1', '--set', 'checkpointEveryMinutes=0.0001'],
  ];
  unbroken = await sslJson<Summary>(folder, [...args, '--out', 'unbroken']);
});

/** What must be the same in two runs: all weights and state, and the log but for its times. */
async function resultOf(run: string): Promise<object> {
  const last = join(folder, run, 'checkpoints', 'last');
  const log = (await readFile(join(folder, run, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
  return {
    weights: await hashOf(join(last, 'weights.safetensors')),
    trainer: await hashOf(join(last, 'trainer.safetensors')),
    log: log.map((line) => ({
      ...(JSON.parse(line) as Record<string, unknown>),
      imagesPerSecond: undefined,
      dataWaitFraction: undefined,
    })),
  };
}

/** Ends a run after the log has this many lines more. */
async function killAfterLines(
  running: Running,
  run: string,
  lines: number,
  signal: NodeJS.Signals,
): Promise<Outcome> {
  const path = join(folder, run, 'metrics.jsonl');
  const count = async (): Promise<number> =>
    (await readFile(path, 'utf8').catch(() => '')).split('\n').length - 1;
  const before = await count();
  let ended = false;
  void running.outcome.then(() => (ended = true));
  while (!ended && (await count()) < before + lines) await new Promise((resolve) => setImmediate(resolve));
  running.process.kill(signal);
  return running.outcome;
}

describe('a run that is killed', () => {
  it('equals the unbroken run bit for bit once resumed, wherever SIGKILL hits', async () => {
    const random = createRandom(11);
    const run = 'killed';
    let outcome = await killAfterLines(start(folder, [...args, '--out', run]), run, 1, 'SIGKILL');
    expect(outcome.signal).toBe('SIGKILL');
    for (let kill = 0; kill < 4; kill++) {
      const resumed = start(folder, ['train', '--resume', run]);
      await resumed.saying('Run folder:');
      // Some time within the next few steps, wherever that is: between steps, in one, in a checkpoint.
      await new Promise((resolve) => setTimeout(resolve, random.uniform(0, (1000 * unbroken.seconds) / 5)));
      resumed.process.kill('SIGKILL');
      outcome = await resumed.outcome;
      expect(outcome.signal).toBe('SIGKILL');
    }
    const { status, stderr } = await ssl(folder, ['train', '--resume', run]);
    // So small a network may well be warned of: no checkpoint is.
    expect({ status, warnings: stderr.match(/Warning.*checkpoint.*/g) }).toEqual({
      status: 0,
      warnings: null,
    });
    expect(await resultOf(run)).toEqual(await resultOf('unbroken'));
    expect(await readdir(join(folder, run))).toEqual(await readdir(join(folder, 'unbroken')));
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('saves a checkpoint first when it is %s, and ends with %i', async (signal, status) => {
    const run = `stopped-${signal}`;
    // Checkpoints at epochs only: the one that is found was written because of the signal.
    const rare = [...args, '--set', 'checkpointEveryMinutes=60', '--out', run];
    const stopped = await killAfterLines(start(folder, rare), run, 11, signal);
    expect(stopped).toMatchObject({ status, signal: null });
    const [, step = ''] =
      /^Stopped at step (\d+) of 24; the checkpoint is saved\.\n/.exec(stopped.stdout) ?? [];
    expect(Number(step)).toBeGreaterThanOrEqual(11);
    expect(stopped.stdout).toContain(`Go on with: ssl train --resume ${run}\n`);
    const state = await readFile(join(folder, run, 'checkpoints', 'last', 'trainer.json'), 'utf8');
    expect((JSON.parse(state) as Summary).step).toBe(Number(step));

    const resumed = await ssl(folder, ['train', '--resume', run]);
    expect(resumed).toMatchObject({ status: 0 });
    expect(resumed.stderr).toContain(`Going on from step ${step} of 24.`);
    expect(await resultOf(run)).toEqual(await resultOf('unbroken'));
  });
});

const native = (await tensorflowStatus()).packages.length > 0;
const skipped = native ? '' : ' (skipped: native TensorFlow is not installed on this machine)';

describe.skipIf(!native)(`a run on native TensorFlow that is stopped${skipped}`, () => {
  let onTensorflow: readonly string[];

  beforeAll(async () => {
    onTensorflow = [...args, '--backend', 'tensorflow', '--threads', '2'];
    expect(await ssl(folder, [...onTensorflow, '--out', 'native'])).toMatchObject({ status: 0 });
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'equals the unbroken run bit for bit once resumed after %s',
    async (signal) => {
      const run = `native-${signal}`;
      const stopped = await killAfterLines(start(folder, [...onTensorflow, '--out', run]), run, 11, signal);
      expect(stopped).toMatchObject(signal === 'SIGKILL' ? { signal } : { status: 143 });
      const resumed = await ssl(folder, ['train', '--resume', run]);
      expect(resumed).toMatchObject({ status: 0 });
      expect(resumed.stderr).toMatch(/Going on from step \d+ of 24\.$/m);
      expect(await resultOf(run)).toEqual(await resultOf('native'));
    },
  );

  it('was not computed by the backend that every machine has', async () => {
    expect(await resultOf('native')).not.toEqual(await resultOf('unbroken'));
  });
});

describe('a run that is complete', () => {
  it('says so, and changes nothing', async () => {
    const before = await resultOf('unbroken');
    const { status, stdout } = await ssl(folder, ['train', '--resume', 'unbroken']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^unbroken is complete already: 3 epochs, 24 steps\.\nNext: ssl eval unbroken\n$/);
    expect(await resultOf('unbroken')).toEqual(before);
    expect(unbroken).toMatchObject({ outcome: 'done', step: totalSteps });
  });

  it.each([
    [['--epochs', '2'], '--epochs: epochs is 3 in this run, and cannot become 2'],
    [['--seed', '1'], '--seed: seed is 0 in this run, and cannot become 1'],
    [['--set', 'classes=9'], 'methodOptions.classes is [4,10] in this run, and cannot become [9]'],
    [['--backbone', 'resnet18'], '--backbone: backbone.name is "resnet-tiny" in this run'],
    [['--preset', 'cifar10-small'], 'preset is not set in this run, and cannot become cifar10-small'],
    [['--out', 'elsewhere'], 'out is'],
  ])('refuses %j, which contradicts it', async (options, line) => {
    const { status, stdout, stderr } = await ssl(folder, ['train', '--resume', 'unbroken', ...options]);
    expect({ status, stdout, lines: stderr.split('\n').length - 1 }).toEqual({
      status: 2,
      stdout: '',
      lines: 1,
    });
    expect(stderr).toContain(line);
  });
});

describe('a run that gets more epochs', () => {
  it('goes on with a schedule planned anew; killed on the way, it comes to the same result', async () => {
    const extended = async (run: string): Promise<readonly string[]> => {
      await cp(join(folder, 'unbroken'), join(folder, run), { recursive: true });
      return ['train', '--resume', run, '--epochs', '4'];
    };
    const { status, stderr } = await ssl(folder, await extended('longer'));
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/^Extended from 3 to 4 epochs: the learning rate, .* is planned anew\.$/m);
    expect(stderr).toMatch(/Going on from step 24 of 32\.$/m);
    const config: unknown = JSON.parse(await readFile(join(folder, 'longer', 'config.json'), 'utf8'));
    expect(config).toMatchObject({ epochs: 4, totalSteps: 32 });

    const again = start(folder, await extended('longer-killed'));
    await killAfterLines(again, 'longer-killed', 3, 'SIGKILL');
    // It is a longer run by now, with and without the option.
    expect(await ssl(folder, ['train', '--resume', 'longer-killed'])).toMatchObject({ status: 0 });
    expect(await resultOf('longer-killed')).toEqual(await resultOf('longer'));
    expect((await resultOf('longer')) as { log: unknown[] }).toMatchObject({ log: { length: 32 } });
  });
});

describe('a run with a damaged checkpoint', () => {
  it('goes on from the one before, says so, and comes to the same result', async () => {
    await cp(join(folder, 'unbroken'), join(folder, 'damaged'), { recursive: true });
    await truncate(join(folder, 'damaged', 'checkpoints', 'last', 'weights.safetensors'), 100);
    const { status, stderr } = await ssl(folder, ['train', '--resume', 'damaged']);
    expect(status).toBe(0);
    expect(stderr.match(/^Warning: .*/gm)).toEqual([
      expect.stringMatching(
        /checkpoints\/last is damaged \(weights\.safetensors has 100 bytes instead of \d+\); going on from the previous checkpoint, of step 23$/,
      ),
    ]);
    expect(await resultOf('damaged')).toEqual(await resultOf('unbroken'));
  });

  it('says in one line that nothing is left where both are damaged', async () => {
    await cp(join(folder, 'unbroken'), join(folder, 'lost'), { recursive: true });
    for (const name of ['last', 'previous']) {
      await writeFile(join(folder, 'lost', 'checkpoints', name, 'trainer.json'), '{}');
    }
    const { status, stderr } = await ssl(folder, ['train', '--resume', 'lost']);
    expect({ status, lines: stderr.split('\n').length - 1 }).toEqual({ status: 2, lines: 1 });
    expect(stderr).toContain('no whole checkpoint is left');
  });
});

describe('a run on a full disk', () => {
  it('stops in one line, and goes on from its last checkpoint when there is room', async () => {
    const run = 'full';
    await killAfterLines(start(folder, [...args, '--out', run]), run, 9, 'SIGTERM');
    const full = await ssl(folder, ['train', '--resume', run], { fileLimitKibibytes: 16 });
    expect(full).toMatchObject({ status: 2, stdout: '' });
    expect(full.stderr).toMatch(
      /ssl: full: the disk is full; the checkpoint of step \d+ is whole: make room and resume from it\n$/,
    );
    expect(await ssl(folder, ['train', '--resume', run])).toMatchObject({ status: 0 });
    expect(await resultOf(run)).toEqual(await resultOf('unbroken'));
  });
});

describe('a run that another process works on', () => {
  it('is left alone', async () => {
    const run = 'busy';
    const first = start(folder, [...args, '--out', run]);
    await first.saying('Run folder:');
    // Its folder is there now, and locked.
    const second = await ssl(folder, [...args, '--out', run]);
    expect(second).toMatchObject({ status: 2, stdout: '' });
    expect(second.stderr).toMatch(/busy: process \d+ is working on this run|busy exists and is not empty/);
    first.process.kill('SIGKILL');
    await first.outcome;
  });
});

describe('a reader that goes away', () => {
  it('does not end the run, and is not complained about', async () => {
    const running = start(folder, [...args, '--out', 'unread', '--epochs', '1']);
    running.process.stdout?.destroy();
    expect(await running.outcome).toMatchObject({ status: 0, signal: null });
  });
});
