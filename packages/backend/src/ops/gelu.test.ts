import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../use-backend.node.ts';
import { gelu } from './gelu.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

// x · Φ(x), with Φ from tables of the normal distribution.
it.each([
  [-8, -8 * 6.220960574271786e-16],
  [-5, -5 * 2.866515718791939e-7],
  [-3, -3 * 1.3498980316300946e-3],
  [-1, -0.15865525393145707],
  [0, 0],
  [1, 0.8413447460685429],
  [6, 6 * (1 - 9.865876450376981e-10)],
  [20, 20],
])('gelu of %f keeps its precision far from 0 as well', (x, expected) => {
  const [actual = NaN] = tf.tidy(() => gelu(tf.tensor1d([x])).dataSync());
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(5e-6 * Math.abs(expected));
});

it('is 0 where the normal distribution has nothing left', () => {
  const values = tf.tidy(() => [...gelu(tf.tensor1d([-14, -100, -1e30])).dataSync()]);
  expect(values.map(Math.abs)).toEqual([0, 0, 0]);
});

it('has the slope of the function itself', () => {
  const points = [-3, -1, -0.2, 0, 0.5, 2, 4];
  const step = 1 / 64;
  const [slopes, differences] = tf.tidy(() => {
    const x = tf.tensor1d(points);
    const change = tf.sub(gelu(tf.add(x, step)), gelu(tf.sub(x, step)));
    return [tf.grad(gelu)(x).dataSync(), tf.div(change, 2 * step).dataSync()];
  });
  points.forEach((_, at) => expect(slopes?.[at]).toBeCloseTo(differences?.[at] ?? NaN, 3));
});
