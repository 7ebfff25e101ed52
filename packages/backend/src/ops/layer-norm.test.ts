import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { numbers, relativeError } from '../conformance/op-values.ts';
import { useBackend } from '../use-backend.node.ts';
import { layerNorm } from './layer-norm.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

it('takes the variance of the differences, not the difference of large numbers', () => {
  tf.tidy(() => {
    const values = numbers(4 * 96, 1).map((value) => 1000 + value);
    const means = [0, 1, 2, 3].map((row) => mean(values.subarray(row * 96, (row + 1) * 96)));
    const expected = values.map((value, at) => {
      const row = Math.floor(at / 96);
      const deviations = values.subarray(row * 96, (row + 1) * 96).map((each) => each - (means[row] ?? 0));
      return (value - (means[row] ?? 0)) / Math.sqrt(mean(deviations.map((each) => each * each)) + 1e-5);
    });
    const y = layerNorm(tf.tensor2d(values, [4, 96]), tf.ones([96]), tf.zeros([96]));
    expect(relativeError(y.dataSync<'float32'>(), expected)).toBeLessThan(1e-4);
  });
});

it('names shapes that do not fit', () => {
  tf.tidy(() => {
    expect(() => layerNorm(tf.zeros([2, 3]), tf.ones([2]), tf.zeros([3]))).toThrow(
      'layerNorm: gamma must be [3] for x [2,3], got [2]',
    );
  });
});

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
