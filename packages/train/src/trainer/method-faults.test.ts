import { useBackend } from '@ssl/backend/node';
import type { AnyMethod, LossOutput } from '@ssl/losses';
import { isHostBuffer } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noiseDataset, toyMethod, toyWithLoss } from '../fixtures/toy-training.testing.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import { createTrainer } from './trainer.ts';

const config = {
  ...{ epochs: 2, batchSize: 4, logEverySteps: 2 },
  backbone: { width: 4 },
  optimizer: { name: 'sgd', learningRate: 0.05 },
} as const;

/** From the second epoch on, so that there is a checkpoint to be kept. */
const spoilt = (change: (output: LossOutput) => unknown): Partial<AnyMethod> =>
  toyWithLoss((output, step) => (step < 3 ? output : (change(output) as LossOutput)));

const keep = (): void => void tf.keep(tf.scalar(1));

/** What is wrong with a method, and what is said of it. */
const faults: readonly (readonly [string, Partial<AnyMethod>, RegExp])[] = [
  ['throws in its loss', spoilt(() => expect.fail('oh\n  no')), /^m\.ts: loss: oh no$/],
  [
    'gives a loss that is no scalar',
    spoilt((output) => ({ ...output, loss: tf.ones([8]) })),
    /^m\.ts: loss: expected \{ loss \} to be a scalar, got a tensor \[8\]; take tf\.mean of it$/,
  ],
  [
    'gives a number',
    spoilt((output) => ({ ...output, loss: 3 })),
    /^m\.ts: loss: expected \{ loss \} to be a scalar tensor, got number 3$/,
  ],
  ['gives a promise', spoilt((output) => Promise.resolve(output)), /^m\.ts: loss: it gave a promise/],
  [
    'gives no features',
    spoilt(({ loss }) => ({ loss })),
    /^m\.ts: loss: expected \{ features \} to be \[rows,featureDim\], got nothing; give the backbone/,
  ],
  [
    'gives a metric that is no scalar',
    spoilt((output) => ({ ...output, metrics: { wide: tf.ones([2]) } })),
    /^m\.ts: loss: expected the metric "wide" to be a scalar tensor, got a tensor \[2\]$/,
  ],
  [
    'gives no gradient at all',
    spoilt((output) => ({ ...output, loss: tf.scalar(1) })),
    /^m\.ts: loss: no gradient reaches any trainable parameter; make the loss of what the backbone gives/,
  ],
  [
    'gives a part of itself no gradient',
    spoilt((output) => ({ ...output, loss: tf.mean(output.features) })),
    /^m\.ts: loss: no gradient reaches head\.weight, head\.bias; every trainable/,
  ],
  [
    'leaks in its loss',
    spoilt((output) => {
      keep();
      return output;
    }),
    /^m\.ts: loss: it leaks: 1 tensor is left behind at each step; dispose what tf\.keep keeps/,
  ],
  ['leaks before a step', { beforeStep: async () => keep() }, /^m\.ts: beforeStep: it leaks/],
  ['leaks after a step', { afterStep: keep }, /^m\.ts: afterStep: it leaks/],
  [
    'throws before a step',
    { beforeStep: () => Promise.reject(new Error('not today')) },
    /^m\.ts: beforeStep: not today$/,
  ],
  ['throws after a step', { afterStep: () => expect.fail('too late') }, /^m\.ts: afterStep: too late$/],
  [
    'writes a variable in its loss',
    {
      loss(state, views, at) {
        const entry = state.buffers.get('ema.weight');
        if (entry && !isHostBuffer(entry)) entry.variable.assign(tf.zerosLike(entry.variable));
        return toyMethod.loss(state, views, at);
      },
    },
    /^m\.ts: loss: it writes "ema\.weight" of the state; a loss must be pure: write in beforeStep or afterStep$/,
  ],
  [
    'writes a host buffer in its loss',
    {
      loss(state, views, at) {
        const entry = state.buffers.get('seen');
        if (entry && isHostBuffer(entry)) entry.data[0] = 7 as never;
        return toyMethod.loss(state, views, at);
      },
    },
    /^m\.ts: loss: it writes "seen" of the state/,
  ],
];

beforeAll(async () => {
  await useBackend('wasm');
});

describe('a method that', () => {
  it.each(faults)('%s is named with hook and fault, on one line', async (_, change, message) => {
    const store = createMemoryRunStore();
    const method: AnyMethod = { ...toyMethod, ...change, origin: 'm.ts' };
    const trainer = createTrainer({
      method,
      dataset: noiseDataset(14),
      config: { ...config, epochs: 4 },
      store,
    });
    await expect(trainer.run()).rejects.toThrow(message);
    // What was saved before the fault is whole, and nothing was saved after it.
    const saved = store.checkpoint?.state.step;
    expect(saved === undefined || saved === 3).toBe(true);
    trainer.dispose();
  });

  it.each<[Partial<AnyMethod>, string]>([
    [{ views: () => expect.fail('no view') }, 'm.ts: views: no view'],
    [{ init: () => expect.fail('no start') }, 'm.ts: init: no start'],
    [
      { init: ({ backbone }) => ({ backbone, trainable: new Map() }) as never },
      'm.ts: init: expected { backbone, trainable, buffers }, and there is no "buffers"',
    ],
  ])('fails before training is told as well (%#)', (change, message) => {
    const method: AnyMethod = { ...toyMethod, ...change, origin: 'm.ts' };
    expect(() => createTrainer({ method, dataset: noiseDataset(14), config })).toThrow(message);
  });
});
