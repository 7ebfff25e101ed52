import { useBackend } from '@ssl/backend/node';
import { OutOfMemoryError } from '@ssl/backend';
import { isUserError } from '@ssl/errors';
import type { AnyMethod } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TrainConfigInput } from '../config/train-config.ts';
import { noiseDataset, toyMethod, toyWithLoss, valuesOf } from '../fixtures/toy-training.testing.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import type { RunStore } from '../run/run-store.ts';
import type { TrainerEvent } from './trainer-events.ts';
import { createTrainer, type Trainer, type TrainerOptions } from './trainer.ts';

const small: Partial<TrainConfigInput> = {
  backbone: { width: 4 },
  epochs: 2,
  batchSize: 4,
  optimizer: { name: 'sgd', learningRate: 0.05 },
  logEverySteps: 2,
};

let trainers: Trainer[] = [];
let tensorsBefore: number;

function trainerOf(options: Partial<TrainerOptions> = {}): Trainer {
  const trainer = createTrainer({ method: toyMethod, dataset: noiseDataset(14), config: small, ...options });
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
    const trainer = trainerOf({ store });
    const result = await trainer.run({ onEvent: (event) => events.push(event) });

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
    const trainer = trainerOf();
    const before = valuesOf(new Map([...trainer.state.trainable, ...trainer.state.buffers]));
    await trainer.run();
    for (const [name, values] of valuesOf(new Map([...trainer.state.trainable, ...trainer.state.buffers]))) {
      expect(values, name).not.toEqual(before.get(name));
    }
  });

  it('holds the same number of tensors at every step', async () => {
    const counts = new Set<number>();
    const trainer = trainerOf({
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
    const trainer = trainerOf({ config: { ...small, epochs: 10 } });
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
      const base = toyMethod;
      const method: AnyMethod = {
        ...base,
        usesLabels,
        loss: (state, views, at) => {
          seen.push(views.labels && [...views.labels.dataSync()]);
          return base.loss(state, views, at);
        },
      };
      await trainerOf({ method, config: { ...small, epochs: 1 } }).run();
      for (const labels of seen) {
        if (usesLabels) expect(labels).toHaveLength(4);
        else expect(labels).toBeUndefined();
      }
    }
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
          expect(batch.images.shape.slice(1)).toEqual([8, 8, 3]);
          sum += tf.tidy(() => tf.sum(batch.images).dataSync()[0] as number);
        }
        swept.push(indices);
        sums.add(sum.toFixed(3));
      },
    };
    await trainerOf({ method, config: { ...small, epochs: 1 } }).run();
    expect(swept).toHaveLength(3);
    for (const indices of swept) expect(indices).toEqual(Array.from({ length: 14 }, (_, index) => index));
    expect(sums.size).toBe(1);
  });

  it('hands out any data set as its network takes it, labels included, for evaluation', async () => {
    const trainer = trainerOf({ method: toyMethod, config: small });
    const indices: number[] = [];
    const labels: number[] = [];
    for await (const batch of trainer.batches(noiseDataset(5))) {
      indices.push(...batch.indices);
      labels.push(...(batch.labels ?? []));
      expect(batch.groups['image']).toMatchObject({ count: 1, height: 8, width: 8, channels: 3 });
    }
    expect(indices).toEqual([0, 1, 2, 3, 4]);
    expect(labels).toEqual([...(noiseDataset(5).labels ?? [])]);
    expect(labels).not.toEqual([]);
  });

  it('names trainable parameters that get no gradient', async () => {
    const method: AnyMethod = {
      ...toyMethod,
      loss: ({ backbone, ...state }, views, at) => {
        const { images } = views.groups['view'] as (typeof views.groups)[string];
        const features = backbone.forward(images, at.forward);
        expect(state).toHaveProperty('head');
        return { loss: tf.mean(tf.square(features)), features };
      },
    };
    const error = await errorOf(trainerOf({ method }).run());
    expect(error.message).toBe(
      'toy: loss: no gradient reaches head.weight, head.bias; every trainable parameter must take part in the loss',
    );
  });

  it.each<[Partial<TrainConfigInput>, number, string]>([
    [{ batchSize: 16 }, 14, 'noise holds 14 images, fewer than a batch of 16'],
    [{ epochs: 0 }, 14, 'createTrainer: epochs: expected number to be >=1, got 0'],
    [{ method: 'other' }, 14, 'createTrainer: the config is for the method "other", not for "toy"'],
    [{ methodOptions: { noize: 1 } }, 14, 'createTrainer: unknown setting of methodOptions "noize"'],
    [{ schedule: { name: 'cosine', warmupEpochs: 3 } }, 14, 'a warm-up of 3 epochs does not fit into 2'],
  ])('refuses %j', (config, length, message) => {
    const create = (): unknown =>
      createTrainer({
        method: toyMethod,
        dataset: noiseDataset(length),
        config: { ...small, ...config },
      });
    expect(create).toThrow(message);
    expect(create).toThrow(expect.toSatisfy(isUserError));
  });

  it('asks for an image size where the data set has none of its own', () => {
    const { imageSize, ...dataset } = noiseDataset(14);
    expect(imageSize).toEqual([8, 8]);
    expect(() => createTrainer({ method: toyMethod, dataset, config: small })).toThrow(
      'imageSize is missing: the images of noise differ in size; set it, for example to 32 or 224',
    );
  });
});

describe('a run that stops', () => {
  it('by a signal, does so after the step under way, with a checkpoint', async () => {
    const store = createMemoryRunStore();
    const controller = new AbortController();
    const result = await trainerOf({ store }).run({
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
    const result = await trainerOf({ store }).run({ signal: AbortSignal.abort() });
    expect(result).toEqual({ outcome: 'stopped', step: 0, totalSteps: 6 });
    expect(store.checkpoint?.state.step).toBe(0);
  });

  it.each([
    ['the loss became NaN', (loss: tf.Scalar) => tf.mul(loss, NaN)],
    ['the loss became Infinity', (loss: tf.Scalar) => tf.mul(loss, Infinity)],
    ['a gradient became NaN', (loss: tf.Scalar) => tf.add(loss, infiniteSlopeAt0(loss))],
  ])('because %s, gives advice and leaves the last checkpoint', async (what, spoil) => {
    const method = toyWithLoss((output, step) =>
      step === 3 ? { ...output, loss: spoil(output.loss) as tf.Scalar } : output,
    );
    const store = createMemoryRunStore();
    const error = await errorOf(trainerOf({ method, store }).run());
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
    expect((await errorOf(trainerOf({ store: failing }).run())).message).toBe('disk on fire');
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
      loss: (state, views, at) => {
        if (views.batchSize > most) throw new OutOfMemoryError('wasm: no room', { limitBytes: 2 ** 32 });
        return toyMethod.loss(state, views, at);
      },
    });
    const config = { ...small, batchSize: 12 };
    const error = await errorOf(trainerOf({ method: tooLarge(5), store, config }).run());
    expect(isUserError(error)).toBe(true);
    expect(error.message).toBe(
      'a batch of 12 images does not fit into the memory of the backend wasm (4 GiB); 3 fits: set batchSize to 3, or use smaller images or a smaller backbone',
    );
    const hopeless = await errorOf(trainerOf({ method: tooLarge(0), store, config }).run());
    expect(hopeless.message).toMatch(/\(4 GiB\); use smaller images or a smaller backbone$/);
    expect(wrote).toBe(false);
  });
});

describe('a collapse of the features', () => {
  it('is told once, with the method’s advice', async () => {
    const method = toyWithLoss((output) => ({
      ...output,
      features: tf.onesLike(output.features),
    }));
    const warnings: string[] = [];
    await trainerOf({ method }).run({
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
    await trainerOf().run({ onEvent: ({ type }) => types.push(type) });
    expect(types).not.toContain('warning');
  });
});

/** A term of value 0 whose gradient is 0 · ∞ = NaN. */
function infiniteSlopeAt0(loss: tf.Scalar): tf.Scalar {
  return tf.mul(tf.sqrt(tf.mul(loss, 0)), 0);
}
