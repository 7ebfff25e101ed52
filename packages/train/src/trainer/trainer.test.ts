import { evaluationGroup } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { OutOfMemoryError } from '@ssl/backend';
import { isUserError } from '@ssl/errors';
import type { AnyMethod } from '@ssl/losses';
import { freezeTree, type Backbone } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TrainConfigInput } from '../config/train-config.ts';
import {
  noiseDataset,
  stateValues,
  toyConfig,
  toyMethod,
  toyWith,
  valuesOf,
  viewGroup,
} from '../fixtures/toy-training.testing.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import type { RunStore } from '../run/run-store.ts';
import type { TrainerEvent } from './trainer-events.ts';
import { createTrainer, type Trainer, type TrainerOptions } from './trainer.ts';

const small: Partial<TrainConfigInput> = {
  ...toyConfig,
  backbone: { width: 4 },
  epochs: 2,
  batchSize: 4,
  optimizer: { name: 'sgd', learningRate: 0.05 },
  logEverySteps: 2,
};

let trainers: Trainer[] = [];
let tensorsBefore: number;

async function trainerOf(options: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const trainer = await createTrainer({
    method: toyMethod,
    dataset: noiseDataset(14),
    config: small,
    ...options,
  });
  trainers.push(trainer);
  return trainer;
}

async function errorOf(action: Promise<unknown>): Promise<Error> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('nothing was thrown');
  expect(error.message).not.toContain('\n');
  return error;
}

beforeAll(async () => {
  await useBackend('wasm');
});

beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});

afterEach(() => {
  for (const trainer of trainers) trainer.dispose();
  trainers = [];
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

describe('createTrainer', () => {
  it('trains, and tells of steps, log lines, epochs and checkpoints', async () => {
    const store = createMemoryRunStore();
    const events: TrainerEvent[] = [];
    const trainer = await trainerOf();
    const result = await trainer.run({ store, onEvent: (event) => events.push(event) });

    expect(result).toMatchObject({ outcome: 'done', step: 6, totalSteps: 6 });
    const typesAndSteps = events.map((event) => `${event.type} ${'step' in event ? event.step : ''}`.trim());
    expect(typesAndSteps).toEqual([
      ...['start 0', 'step 1', 'log', 'step 2', 'log', 'step 3', 'epoch', 'checkpoint 3'],
      ...['step 4', 'log', 'step 5', 'step 6', 'log', 'epoch', 'checkpoint 6'],
    ]);
    expect(store.metrics.map(({ step }) => step)).toEqual([1, 2, 4, 6]);
    expect(Object.keys(store.metrics[1] ?? {})).toEqual([
      ...['step', 'epoch', 'samples', 'loss', 'learningRate', 'gradientNorm', 'imagesPerSecond'],
      ...['dataWaitFraction', 'embeddingStd', 'effectiveRank', 'apart'],
    ]);
    const last = store.metrics.at(-1);
    expect(last).toMatchObject({ step: 6, epoch: 2, samples: 24, loss: result.loss });
    expect(last?.['effectiveRank']).toBeGreaterThanOrEqual(1);
    expect(last?.['effectiveRank']).toBeLessThanOrEqual(8);
    expect(last?.['dataWaitFraction']).toBeLessThanOrEqual(1);
    const epochs = events.filter((event) => event.type === 'epoch');
    const losses = events.filter((event) => event.type === 'step').map(({ loss }) => loss);
    expect(epochs[0]?.loss).toBeCloseTo(((losses[0] ?? 0) + (losses[1] ?? 0) + (losses[2] ?? 0)) / 3, 10);
  });

  it('moves every trainable parameter and all running statistics', async () => {
    const trainer = await trainerOf();
    const before = stateValues(trainer.state);
    await trainer.run();
    for (const [name, values] of stateValues(trainer.state)) {
      expect(values, name).not.toEqual(before.get(name));
    }
  });

  it('holds the same number of tensors at every step', async () => {
    const counts = new Set<number>();
    const trainer = await trainerOf({
      config: { ...small, logEverySteps: 1, gradientClipping: { maxNorm: 1 } },
    });
    await trainer.run({
      onEvent: ({ type }) => {
        if (type === 'step') counts.add(tf.memory().numTensors);
      },
    });
    expect(counts.size).toBe(1);
  });

  it('learns: the loss falls', async () => {
    const losses: number[] = [];
    const trainer = await trainerOf({ config: { ...small, epochs: 10 } });
    await trainer.run({
      onEvent: (event) => {
        if (event.type === 'epoch') losses.push(event.loss);
      },
    });
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
  });

  it('hides labels from methods that do not use them, and shows them to those that do', async () => {
    for (const usesLabels of [false, true]) {
      const seen: unknown[] = [];
      const method: AnyMethod = {
        ...toyMethod,
        usesLabels,
        forward: (state, views, at) => {
          const { labels } = viewGroup(views);
          seen.push(labels && [...labels.dataSync()]);
          return toyMethod.forward(state, views, at);
        },
      };
      const trainer = await trainerOf({ method, config: { ...small, epochs: 1 } });
      await trainer.run();
      expect(seen).toHaveLength(3);
      for (const labels of seen) {
        if (usesLabels) expect(labels).toHaveLength(4);
        else expect(labels).toBeUndefined();
      }
    }
  });

  it('tells a method which samples a batch holds', async () => {
    const seen: number[] = [];
    const method = toyWith({
      forward: (outputs, _at, _state, views) => {
        seen.push(...viewGroup(views).indices);
        return outputs;
      },
    });
    const trainer = await trainerOf({ method, config: { ...small, epochs: 1 } });
    await trainer.run();
    expect(new Set(seen).size).toBe(12);
    expect(seen.every((index) => index >= 0 && index < 14)).toBe(true);
  });

  it('lets a method sweep over the whole data set, in order, without augmentation', async () => {
    const swept: number[][] = [];
    const sums = new Set<string>();
    const method: AnyMethod = {
      ...toyMethod,
      async beforeStep(_, context) {
        const indices: number[] = [];
        let sum = 0;
        for await (const batch of context.sweep()) {
          indices.push(...batch.indices);
          expect(batch.inputs.shape.slice(1)).toEqual([8, 8, 3]);
          sum += tf.tidy(() => tf.sum(batch.inputs).dataSync()[0] as number);
        }
        swept.push(indices);
        sums.add(sum.toFixed(3));
      },
    };
    const trainer = await trainerOf({ method, config: { ...small, epochs: 1 } });
    await trainer.run();
    expect(swept).toHaveLength(3);
    for (const indices of swept) expect(indices).toEqual(Array.from({ length: 14 }, (_, index) => index));
    expect(sums.size).toBe(1);
  });

  it('hands out any data set as its network takes it, labels included, for evaluation', async () => {
    const trainer = await trainerOf({ method: toyMethod, config: small });
    const indices: number[] = [];
    const labels: number[] = [];
    for await (const { streams, groups } of trainer.batches(noiseDataset(5))) {
      const [stream] = Object.values(streams);
      indices.push(...(stream?.indices ?? []));
      labels.push(...(stream?.labels ?? []));
      expect(groups[evaluationGroup]).toMatchObject({ count: 1, shape: [8, 8, 3] });
    }
    expect(indices).toEqual([0, 1, 2, 3, 4]);
    expect(labels).toEqual([...(noiseDataset(5).labels ?? [])]);
    expect(labels).not.toEqual([]);
  });

  it('evaluates the network that the method says, where it is not the trained one', async () => {
    let copy: Backbone | undefined;
    const method: AnyMethod = {
      ...toyMethod,
      init(context, options) {
        copy = context.backbone.clone();
        freezeTree(copy.parameters);
        const roles = toyMethod.init(context, options);
        return { ...roles, frozen: { ...roles.frozen, teacher: copy }, evaluated: copy };
      },
    };
    const trainer = await trainerOf({ method, config: { ...small, epochs: 1 } });
    expect(trainer.backbone).toBe(copy);
    const before = valuesOf(trainer.backbone.parameters);
    await trainer.run();
    expect(valuesOf(trainer.backbone.parameters)).toEqual(before);
    expect(valuesOf(trainer.state.backbone.parameters)).not.toEqual(before);
  });

  it('names trainable parameters that get no gradient', async () => {
    const method = toyWith({
      objective: (_objective, _at, { features }) => ({ loss: tf.mean(tf.square(features)) }),
    });
    const error = await errorOf((await trainerOf({ method })).run());
    expect(error.message).toBe(
      'toy: objective: no gradient reaches head.weight, head.bias; every trainable parameter must take part in the loss',
    );
  });

  it.each<[Partial<TrainConfigInput>, number, string]>([
    [{ batchSize: 16 }, 14, 'noise holds 14 samples, fewer than a batch of 16'],
    [{ epochs: 0 }, 14, 'createTrainer: epochs: expected number to be >=1, got 0'],
    [{ method: 'other' }, 14, 'createTrainer: the config is for the method "other", not for "toy"'],
    [{ methodOptions: { noize: 1 } }, 14, 'createTrainer: unknown setting of methodOptions "noize"'],
    [{ schedule: { name: 'cosine', warmupEpochs: 3 } }, 14, 'a warm-up of 3 epochs does not fit into 2'],
  ])('refuses %j', async (config, length, message) => {
    const error = await errorOf(
      createTrainer({ method: toyMethod, dataset: noiseDataset(length), config: { ...small, ...config } }),
    );
    expect(error.message).toContain(message);
    expect(isUserError(error)).toBe(true);
  });

  it('asks for an image size where the data set has none of its own', async () => {
    const dataset = { ...noiseDataset(14), samples: { modality: 'image', shape: [null, null, 3] } };
    const error = await errorOf(createTrainer({ method: toyMethod, dataset, config: small }));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toContain(
      'the images of this data set differ in size: set the size that the network takes, e.g. --image-size 32',
    );
  });
});

describe('a run that stops', () => {
  it('by a signal, does so after the step under way, with a checkpoint', async () => {
    const store = createMemoryRunStore();
    const controller = new AbortController();
    const trainer = await trainerOf();
    const result = await trainer.run({
      store,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'log' && event.record.step === 2) controller.abort();
      },
    });
    expect(result).toMatchObject({ outcome: 'stopped', step: 2, totalSteps: 6 });
    expect(store.checkpoint?.state).toMatchObject({ step: 2, position: { epoch: 0, batch: 2 } });
  });

  it('before it began, keeps the start', async () => {
    const store = createMemoryRunStore();
    const trainer = await trainerOf();
    const result = await trainer.run({ store, signal: AbortSignal.abort() });
    expect(result).toEqual({ outcome: 'stopped', step: 0, totalSteps: 6 });
    expect(store.checkpoint?.state.step).toBe(0);
  });

  it.each([
    ['the loss became NaN', (loss: tf.Scalar) => tf.mul(loss, NaN)],
    ['the loss became Infinity', (loss: tf.Scalar) => tf.mul(loss, Infinity)],
    ['a gradient became NaN', (loss: tf.Scalar) => tf.add(loss, infiniteSlopeAt0(loss))],
  ])('because %s, gives advice and leaves the last checkpoint', async (what, spoil) => {
    const method = toyWith({
      objective: (objective, { step }) =>
        step === 3 ? { ...objective, loss: spoil(objective.loss) as tf.Scalar } : objective,
    });
    const store = createMemoryRunStore();
    const error = await errorOf((await trainerOf({ method })).run({ store }));
    expect(error.name).toBe('DivergedError');
    expect(error.message).toContain(
      `training stopped: ${what} in step 4; lower optimizer.learningRate (it was 0.05 in this step)`,
    );
    expect(error.message).toMatch(/the checkpoint of step 3 stays$/);
    expect(store.checkpoint?.state.step).toBe(3);
    expect(store.metrics.map(({ step }) => step)).toEqual([1, 2]);
  });

  it('because the store fails, frees everything', async () => {
    const failing: RunStore = {
      ...createMemoryRunStore(),
      saveCheckpoint: () => Promise.reject(new Error('disk on fire')),
    };
    const trainer = await trainerOf();
    expect((await errorOf(trainer.run({ store: failing }))).message).toBe('disk on fire');
  });

  it('for lack of memory, says which batch would fit, and leaves nothing behind', async () => {
    let wrote = false;
    const store: RunStore = {
      ...createMemoryRunStore(),
      appendMetrics: async () => void (wrote = true),
      saveCheckpoint: async () => void (wrote = true),
    };
    const tooLarge = (most: number): AnyMethod => ({
      ...toyMethod,
      forward: (state, views, at) => {
        if (viewGroup(views).batchSize > most)
          throw new OutOfMemoryError('wasm: no room', { limitBytes: 2 ** 32 });
        return toyMethod.forward(state, views, at);
      },
    });
    const config = { ...small, batchSize: 12 };
    const error = await errorOf((await trainerOf({ method: tooLarge(5), config })).run({ store }));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toBe(
      'a batch of 12 samples does not fit into the memory of the backend wasm (4 GiB); 3 fits: set batchSize or microBatch to 3, or use smaller inputs or a smaller backbone',
    );
    const hopeless = await errorOf((await trainerOf({ method: tooLarge(0), config })).run({ store }));
    expect(hopeless.message).toMatch(/\(4 GiB\); use smaller inputs or a smaller backbone$/);
    expect(wrote).toBe(false);
    const inParts = await trainerOf({ method: tooLarge(5), config: { ...config, microBatch: 3 } });
    expect(await inParts.run()).toMatchObject({ outcome: 'done', step: 2 });
  });
});

describe('what a method warns of', () => {
  it('is said at the start of a run, and not when it is resumed', async () => {
    const method: AnyMethod = {
      ...toyWith({}),
      warnings: (_options, { batchSize }) => [`toy: a batch of ${batchSize} is small`],
    };
    const store = createMemoryRunStore();
    const said = async (signal?: AbortSignal): Promise<readonly string[]> => {
      const messages: string[] = [];
      const trainer = await trainerOf({ method });
      await trainer.run({
        store,
        ...(signal && { signal }),
        onEvent: (event) => {
          if (event.type === 'warning') messages.push(event.message);
        },
      });
      return messages;
    };
    const controller = new AbortController();
    controller.abort();
    expect(await said(controller.signal)).toEqual([expect.stringMatching(/^toy: a batch of \d+ is small$/)]);
    await said();
    expect(await said()).toEqual([]);
  });
});

describe('a collapse of the features', () => {
  it('is told once, with the method’s advice', async () => {
    const method = toyWith({
      forward: (outputs) => ({ ...outputs, features: tf.onesLike(outputs.features) }),
    });
    const warnings: string[] = [];
    const trainer = await trainerOf({ method });
    await trainer.run({
      onEvent: (event) => {
        if (event.type === 'warning') warnings.push(event.message);
      },
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^step 1: the features have collapsed: .* evenly spread ones have 0\.25\); pull less$/,
    );
  });

  it('is not seen where there is none', async () => {
    const types: string[] = [];
    const trainer = await trainerOf();
    await trainer.run({ onEvent: ({ type }) => types.push(type) });
    expect(types).not.toContain('warning');
  });
});

/** A term of value 0 whose gradient is 0 · ∞ = NaN. */
function infiniteSlopeAt0(loss: tf.Scalar): tf.Scalar {
  return tf.mul(tf.sqrt(tf.mul(loss, 0)), 0);
}
