import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../use-backend.node.ts';
import { embeddingLookup } from './embedding-lookup.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

it('adds up what reaches a row of the table', () => {
  tf.tidy(() => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const ids = tf.tensor2d([2, 0, 2, 2], [2, 2], 'int32');
    expect(embeddingLookup(table, ids).arraySync()).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
      [
        [5, 6],
        [5, 6],
      ],
    ]);
    const upstream = tf.tensor3d([1, 2, 3, 4, 10, 20, 100, 200], [2, 2, 2]);
    const gradient = tf.grad((x) => embeddingLookup(x as tf.Tensor2D, ids))(table, upstream);
    expect(gradient.arraySync()).toEqual([
      [3, 4],
      [0, 0],
      [111, 222],
    ]);
  });
});

it('refuses ids and tables that are none', () => {
  tf.tidy(() => {
    const table = tf.zeros<tf.Rank.R2>([3, 2]);
    expect(() => embeddingLookup(table, tf.tensor1d([1, 2]))).toThrow('ids must be int32, got float32');
    expect(() =>
      embeddingLookup(tf.zeros([3]) as tf.Tensor as tf.Tensor2D, tf.tensor1d([1], 'int32')),
    ).toThrow('table must be [entries, columns], got [3]');
    expect(() => embeddingLookup(table, tf.tensor1d([1, 3], 'int32'))).toThrow(
      'gather: index 3 is not in [0, 2]',
    );
  });
});
