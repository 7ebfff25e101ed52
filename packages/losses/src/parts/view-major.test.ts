import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleMajor, viewMajor } from './view-major.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('sampleMajor', () => {
  it('puts the views of a sample behind it', () => {
    tf.tidy(() => {
      // Row v, s: view v of sample s.
      const rows = tf.tensor2d([...[0, 0], ...[0, 1], ...[0, 2], ...[1, 0], ...[1, 1], ...[1, 2]], [6, 2]);
      const x = sampleMajor(rows, 2);
      expect(x.shape).toEqual([3, 2, 2]);
      expect([...x.dataSync()]).toEqual([0, 0, 1, 0, 0, 1, 1, 1, 0, 2, 1, 2]);
    });
  });

  it.each([
    ['rows of numbers', [6, 5], 3],
    ['one view', [4, 5], 1],
    ['maps', [6, 2, 3, 4], 2],
    ['scalars', [6], 2],
  ])('is undone by viewMajor: %s', (_, shape, count) => {
    tf.tidy(() => {
      const rows = tf.randomUniform(shape, 0, 1, 'float32', 1);
      const x = sampleMajor(rows, count);
      expect(x.shape).toEqual([(shape[0] as number) / count, count, ...shape.slice(1)]);
      const back: tf.Tensor = viewMajor<tf.Rank>(x);
      expect(back.shape).toEqual(shape);
      expect(back.dataSync()).toEqual(rows.dataSync());
    });
  });

  it('hands gradients back to their rows', () => {
    tf.tidy(() => {
      const rows = tf.tensor2d([1, 2, 3, 4, 5, 6], [6, 1]);
      const weights = tf.tensor3d([1, 10, 2, 20, 3, 30], [3, 2, 1]);
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(sampleMajor(x, 2), weights)))(rows);
      expect([...gradient.dataSync()]).toEqual([1, 2, 3, 10, 20, 30]);
    });
  });
});
