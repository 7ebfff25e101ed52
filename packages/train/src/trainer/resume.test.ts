import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import { getMethod, type AnyMethod } from '@ssl/losses';
import { createBackbone, loadTree } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TrainConfigInput } from '../config/train-config.ts';
import {
  noiseDataset,
  stateValues,
  toyConfig,
  toyMethod,
  valuesOf,
} from '../fixtures/toy-training.testing.ts';
import { createMemoryRunStore, type MemoryRunStore } from '../run/memory-run-store.ts';
import { createRunFolder, openRunFolder } from '../run/run-folder.node.ts';
import type { RunStore } from '../run/run-store.ts';
import { restoreCheckpoint } from './checkpoint-state.ts';
import { stateTrees } from './state-trees.ts';
import { createTrainer, type Trainer } from './trainer.ts';

const small: Partial<TrainConfigInput> = {
  ...toyConfig,
  backbone: { width: 4 },
  epochs: 2,
  batchSize: 4,
  logEverySteps: 1,
};
const dataset = noiseDataset(14);

let root: string;
let trainers: Trainer[] = [];

beforeAll(async () => {
  await useBackend('wasm', { threads: 2 });
  root = await mkdtemp(join(tmpdir(), 'ssl-resume-'));
});

afterEach(() => {
  for (const trainer of trainers) trainer.dispose();
  trainers = [];
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A trainer, and where its run is kept. */
interface StoredTrainer {
  readonly trainer: Trainer;
  readonly method: AnyMethod;
  readonly store: RunStore;
}

async function trainerOf(
  method: AnyMethod,
  store: RunStore,
  config: Partial<TrainConfigInput> = {},
): Promise<StoredTrainer> {
  const trainer = await createTrainer({ method, dataset, config: { ...small, ...config } });
  trainers.push(trainer);
  return { trainer, method, store };
}

/** Trains until a step, or to the end. */
async function train(started: StoredTrainer | Promise<StoredTrainer>, until = Infinity): Promise<void> {
  const { trainer, store } = await started;
  const controller = new AbortController();
  await trainer.run({
    store,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'step' && event.step === until) controller.abort();
    },
  });
}

function everythingOf({ trainer, method }: StoredTrainer): unknown {
  return stateValues(trainer.state, method);
}

/** The run log without what time decides. */
function logOf({ metrics }: MemoryRunStore): unknown {
  return metrics.map(({ imagesPerSecond, dataWaitFraction, ...record }) => {
    expect([imagesPerSecond, dataWaitFraction]).not.toContain(undefined);
    return record;
  });
}

const selfClassifierOptions = {
  methodOptions: { classes: [3, 5], hiddenDim: 8, outDim: 6, queueSize: 8 },
  augmentation: 'cifar10-small',
} as const;

const cases: readonly (readonly [string, AnyMethod, Partial<TrainConfigInput>])[] = [
  ['the toy method, SGD', toyMethod, {}],
  ['the toy method, AdamW', toyMethod, { optimizer: { name: 'adamw' } }],
  [
    'Self-Classifier with a queue, LARC',
    getMethod('self-classifier'),
    {
      ...selfClassifierOptions,
      optimizer: { name: 'lars', learningRate: 0.5 },
    },
  ],
];

describe.each(cases)('%s', (_, method, config) => {
  it('gives the same bits after a stop at any step as without one', async () => {
    const unbrokenStore = createMemoryRunStore();
    const unbroken = await trainerOf(method, unbrokenStore, config);
    await train(unbroken);

    for (const stop of [1, 4]) {
      const store = createMemoryRunStore();
      await train(trainerOf(method, store, config), stop);
      expect(store.checkpoint?.state.step).toBe(stop);
      const resumed = await trainerOf(method, store, config);
      await train(resumed);
      expect(everythingOf(resumed)).toEqual(everythingOf(unbroken));
      expect(store.checkpoint).toEqual(unbrokenStore.checkpoint);
      expect(logOf(store)).toEqual(logOf(unbrokenStore));
    }
  });
});

describe('resuming', () => {
  it('from a run folder writes anew the log lines after the checkpoint', async () => {
    const unbrokenStore = createMemoryRunStore();
    await train(trainerOf(toyMethod, unbrokenStore));

    const directory = await mkdtemp(join(root, 'run-'));
    const first = await createRunFolder(directory, { method: 'toy' });
    await train(trainerOf(toyMethod, first), 4);
    await first.appendMetrics({ step: 5, epoch: 9, samples: 9, loss: 9, learningRate: 9 });

    const second = await openRunFolder(directory);
    await train(trainerOf(toyMethod, second));
    expect(await second.loadCheckpoint()).toEqual(unbrokenStore.checkpoint);
    const log = (await readFile(join(directory, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const losses = log.map((line) => (JSON.parse(line) as { loss: number }).loss);
    expect(losses).toEqual(unbrokenStore.metrics.map(({ loss }) => loss));
  });

  it('from a finished run does nothing', async () => {
    const store = createMemoryRunStore();
    await train(trainerOf(toyMethod, store));
    const log = store.metrics;
    const { trainer } = await trainerOf(toyMethod, store);
    const result = await trainer.run({ store });
    expect(result).toEqual({ outcome: 'done', step: 6, totalSteps: 6 });
    expect(store.metrics).toEqual(log);
  });

  it('extends a finished run, and plans its schedules anew', async () => {
    const store = createMemoryRunStore();
    await train(trainerOf(toyMethod, store));
    const { trainer } = await trainerOf(toyMethod, store, { epochs: 3, schedule: { name: 'linear' } });
    expect(await trainer.run({ store })).toMatchObject({ outcome: 'done', step: 9, totalSteps: 9 });
    const rates = store.metrics.map(({ learningRate }) => learningRate);
    expect(rates).toHaveLength(9);
    // Of the base rate, 0.12, what is left on a line down over nine steps after six.
    expect(rates[6]).toBeCloseTo(0.04, 6);
  });

  it.each<[string, Partial<TrainConfigInput>, string]>([
    ['epochs', { epochs: 1 }, 'the checkpoint has the number of steps 6, this training has 3'],
    ['seed', { seed: 1 }, 'the checkpoint has the seed 0, this training has 1'],
    ['batch size', { batchSize: 2 }, 'the checkpoint has the batch size 4, this training has 2'],
    [
      'backbone',
      { backbone: { width: 8 } },
      'checkpoint (weights): tensor "conv1.weight" is [4,3,3,3], the model needs [8,3,3,3]',
    ],
    [
      'optimizer',
      { optimizer: { name: 'adam' } },
      'checkpoint (trainer): no tensor "optimizer.mean.backbone.conv1.weight"',
    ],
  ])('refuses another %s', async (_, config, message) => {
    const store = createMemoryRunStore();
    await train(trainerOf(toyMethod, store), 1);
    const { trainer } = await trainerOf(toyMethod, store, config);
    const error: unknown = await trainer.run({ store }).catch((reason: unknown) => reason);
    expect(isUserError(error) && error.message).toContain(message);
  });

  it('refuses other data', async () => {
    const store = createMemoryRunStore();
    await train(trainerOf(toyMethod, store), 1);
    const other = await createTrainer({
      method: toyMethod,
      dataset: noiseDataset(14, 1),
      config: small,
    });
    trainers.push(other);
    await expect(other.run({ store })).rejects.toThrow(
      'data set of fingerprint noise-14-0, this training has noise-14-1',
    );
  });
});

describe('a checkpoint', () => {
  it('holds the backbone by torchvision’s names, and splits weights from the rest', async () => {
    const store = createMemoryRunStore();
    const started = await trainerOf(toyMethod, store);
    const { trainer } = started;
    await train(started, 1);
    const { weights, trainer: rest } = store.checkpoint ?? { weights: new Map(), trainer: new Map() };
    expect([...weights.keys()]).toContain('layer1.0.bn1.running_mean');
    expect([...weights.keys()].filter((name) => name.startsWith('head.'))).toEqual([
      'head.weight',
      'head.bias',
    ]);
    expect([...rest.keys()].filter((name) => !name.startsWith('optimizer.momentum.'))).toEqual([
      'frozen.target.weight',
      'frozen.target.bias',
      'memory.seen.sum',
    ]);

    const backbone = createBackbone('resnet-tiny', {
      random: createRandom(1),
      input: trainer.input,
      options: { width: 4 },
    });
    loadTree(new Map([...backbone.parameters, ...backbone.buffers]), weights, { allowExtra: true });
    expect(valuesOf(backbone.parameters)).toEqual(valuesOf(trainer.backbone.parameters));
    tf.dispose([...backbone.parameters.values()].map(({ variable }) => variable));
  });

  it('restores a method’s state without an optimizer, for evaluation', async () => {
    const store = createMemoryRunStore();
    const trained = await trainerOf(toyMethod, store);
    await train(trained, 2);
    const fresh = await trainerOf(toyMethod, createMemoryRunStore());
    if (store.checkpoint === undefined) throw new Error('no checkpoint');
    restoreCheckpoint(store.checkpoint, { trees: stateTrees(toyMethod, fresh.trainer.state) });
    expect(everythingOf(fresh)).toEqual(everythingOf(trained));
  });
});
