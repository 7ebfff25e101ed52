import { cifar10Normalization } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { recipeNormalization } from './recipe-normalization.ts';
import { disposeViews, firstOfBatch, toViews } from './view-tensors.ts';

const batch = {
  batchSize: 3,
  indices: Int32Array.of(7, 8, 9),
  labels: Int32Array.of(0, 1, 2),
  groups: {
    view: {
      ...{ count: 2, height: 1, width: 2, channels: 1 },
      images: Float32Array.from({ length: 12 }, (_, index) => index),
      targets: Int32Array.of(10, 11, 12, 20, 21, 22),
    },
  },
};

beforeAll(async () => {
  await useBackend('wasm');
});

describe('toViews', () => {
  it('makes tensors, labels only where they may be seen, and frees them', () => {
    const before = tf.memory().numTensors;
    const views = toViews(batch, true);
    expect(views.groups['view']?.images.shape).toEqual([6, 1, 2, 1]);
    expect([...(views.groups['view']?.targets?.dataSync() ?? [])]).toEqual([10, 11, 12, 20, 21, 22]);
    expect([...(views.labels?.dataSync() ?? [])]).toEqual([0, 1, 2]);
    disposeViews(views);
    const blind = toViews(batch, false);
    expect(blind.labels).toBeUndefined();
    disposeViews(blind);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('firstOfBatch', () => {
  it('keeps all views of the first images', () => {
    const { batchSize, indices, labels, groups } = firstOfBatch(batch, 2);
    expect([batchSize, [...indices], [...(labels ?? [])]]).toEqual([2, [7, 8], [0, 1]]);
    expect([...(groups['view']?.images ?? [])]).toEqual([0, 1, 2, 3, 6, 7, 8, 9]);
    expect([...(groups['view']?.targets ?? [])]).toEqual([10, 11, 20, 21]);
  });
});

describe('recipeNormalization', () => {
  it('is that of the views, or changes nothing', () => {
    const normalize = { name: 'normalize', ...cifar10Normalization } as const;
    const recipe = { groups: { view: { count: 1, transforms: [normalize] } } };
    expect(recipeNormalization(recipe, 3)).toEqual(cifar10Normalization);
    const plain = { groups: { view: { count: 1, transforms: [] } } };
    expect(recipeNormalization(plain, 1)).toEqual({ mean: [0], std: [1] });
  });
});
