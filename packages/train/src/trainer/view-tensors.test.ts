import type { ViewBatch } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { disposeViews, partOfViews, toViews } from './view-tensors.ts';

/** Two views of three samples, and one of two samples of another stream. */
const batch: ViewBatch = {
  streams: {
    samples: { size: 3, indices: Int32Array.of(7, 8, 9), labels: Int32Array.of(0, 1, 2) },
    unlabelled: { size: 2, indices: Int32Array.of(4, 5) },
  },
  groups: {
    view: {
      ...{ stream: 'samples', count: 2, shape: [1, 2, 1] },
      inputs: Float32Array.from({ length: 12 }, (_, index) => index),
      targets: { turns: { shape: [], data: Int32Array.of(10, 11, 12, 20, 21, 22) } },
    },
    again: {
      ...{ stream: 'samples', count: 1, shape: [1] },
      inputs: Int32Array.of(1, 2, 3),
      targets: {},
    },
    other: {
      ...{ stream: 'unlabelled', count: 1, shape: [2] },
      inputs: Float32Array.of(1, 2, 3, 4),
      targets: { pair: { shape: [2], data: Float32Array.of(5, 6, 7, 8) } },
    },
  },
};

beforeAll(async () => {
  await useBackend('wasm');
});

function valuesOf(tensor: tf.Tensor | undefined): number[] {
  return [...(tensor?.dataSync() ?? [])];
}

describe('toViews', () => {
  it('makes tensors, labels only where they may be seen, and frees them', () => {
    const before = tf.memory().numTensors;
    const views = toViews(batch, true);
    const { view, again, other } = views.groups;
    expect(view?.inputs.shape).toEqual([6, 1, 2, 1]);
    expect(view?.inputs.dtype).toBe('float32');
    expect(valuesOf(view?.targets['turns'])).toEqual([10, 11, 12, 20, 21, 22]);
    expect(valuesOf(view?.labels)).toEqual([0, 1, 2]);
    expect([view?.stream, view?.count, view?.batchSize]).toEqual(['samples', 2, 3]);
    expect([...(view?.indices ?? [])]).toEqual([7, 8, 9]);
    expect(again?.inputs.dtype).toBe('int32');
    expect(again?.labels).toBe(view?.labels);
    expect(other?.targets['pair']?.shape).toEqual([2, 2]);
    expect([other?.stream, other?.batchSize, other?.labels]).toEqual(['unlabelled', 2, undefined]);
    disposeViews(views);
    const blind = toViews(batch, false);
    expect(blind.groups['view']?.labels).toBeUndefined();
    disposeViews(blind);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('partOfViews', () => {
  it('keeps all views of some samples of each stream', () => {
    const before = tf.memory().numTensors;
    const views = toViews(batch, true);
    const part = partOfViews(views, 0, 2 / 3);
    const { view, again, other } = part.groups;
    expect([view?.batchSize, [...(view?.indices ?? [])]]).toEqual([2, [7, 8]]);
    expect(valuesOf(view?.labels)).toEqual([0, 1]);
    expect(valuesOf(view?.inputs)).toEqual([0, 1, 2, 3, 6, 7, 8, 9]);
    expect(valuesOf(view?.targets['turns'])).toEqual([10, 11, 20, 21]);
    expect(valuesOf(again?.inputs)).toEqual([1, 2]);
    expect([other?.batchSize, valuesOf(other?.inputs)]).toEqual([1, [1, 2]]);
    expect(valuesOf(other?.targets['pair'])).toEqual([5, 6]);
    disposeViews(part);
    const rest = partOfViews(views, 2 / 3, 1);
    expect([...(rest.groups['view']?.indices ?? [])]).toEqual([9]);
    expect(valuesOf(rest.groups['view']?.inputs)).toEqual([4, 5, 10, 11]);
    expect([...(rest.groups['other']?.indices ?? [])]).toEqual([5]);
    disposeViews(rest);
    disposeViews(views);
    expect(tf.memory().numTensors).toBe(before);
  });
});
