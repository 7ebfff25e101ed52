import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../use-backend.node.ts';
import { numbers, relativeError } from './op-values.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

it.each([
  [3, 2, 1, 3],
  [3, 1, 1, 8],
  [2, 1, 0, 5],
])(
  'the gradient of avgPool %j, stride %j, padding %i is that of its value',
  (size, strides, pad, channels) => {
    tf.tidy(() => {
      const shape: [number, number, number, number] = [2, 5, 6, channels];
      const values = numbers(2 * 5 * 6 * channels, 1);
      const pool = (x: tf.Tensor4D): tf.Tensor4D => tf.avgPool(x, size, strides, pad, 'floor');
      const weights = pool(tf.tensor4d(numbers(values.length, 2), shape));
      const total = (x: tf.Tensor): tf.Scalar => tf.sum(tf.mul(pool(x as tf.Tensor4D), weights));
      const gradient = tf.grad(total)(tf.tensor4d(values, shape)).dataSync<'float32'>();
      // A mean is linear: the gradient by each value is what a one in its place gives.
      const expected = values.map((_, at) => {
        const one = new Float32Array(values.length);
        one[at] = 1;
        return tf.tidy(() => total(tf.tensor4d(one, shape)).dataSync()[0] as number);
      });
      expect(relativeError(gradient, expected)).toBeLessThan(1e-5);
    });
  },
);
