import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { registerTrainingGradients } from '../register-training-gradients.ts';
import { loadTensorflowBackend } from './load-tensorflow.node.ts';

const loaded = await loadTensorflowBackend();

/** Whether native TensorFlow is installed here. */
export const native = !('unavailable' in loaded);

/** Name of a group of tests that need native TensorFlow, with the reason where they are skipped. */
export function nativeTitle(title: string): string {
  return native ? title : `${title} (skipped: native TensorFlow is not installed on this machine)`;
}

/** Prepares the two backends that {@link expectLikeCpu} compares. */
export async function startBackends(): Promise<void> {
  await import('@tensorflow/tfjs-backend-cpu');
  // Its advice to install tfjs-node would go to the console.
  Object.assign(tf.findBackend('cpu'), { firstUse: false });
  registerTrainingGradients();
}

/** A tensor of repeatable values between -1 and 1, all different from 0. */
export function sample(shape: readonly number[], seed = 1): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 12.9898 + seed * 78.233));
  return tf.tensor(values, [...shape]);
}

/** The results of `compute` on both backends must agree, and native must not leak. */
export async function expectLikeCpu(compute: () => tf.Tensor | tf.Tensor[], tolerance = 1e-4): Promise<void> {
  const expected = await resultsOn('cpu', compute);
  const actual = await resultsOn('tensorflow', compute);
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  actual.forEach(({ values }, i) => expectClose(values, expected[i]?.values ?? [], tolerance));
}

/** The gradient of `op`, a linear map of tensors of `shape`, must be its transpose: ⟨op(x), dy⟩ = ⟨x, dx⟩. */
export async function expectTransposed(
  op: (x: tf.Tensor) => tf.Tensor,
  shape: readonly number[],
): Promise<void> {
  await tf.setBackend('tensorflow');
  const [forward, backward] = tf.tidy(() => {
    const x = sample(shape, 1);
    const y = op(x);
    const dy = sample(y.shape, 2);
    const dx = tf.grad(op)(x, dy);
    return [tf.sum(tf.mul(y, dy)), tf.sum(tf.mul(x, dx))].map((sum) => sum.dataSync()[0] ?? NaN);
  });
  expect(backward).toBeCloseTo(forward ?? NaN, 4);
}

/** Largest difference at most `tolerance` of the largest expected magnitude. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(actual.length).toBe(expected.length);
  let scale = 1e-3;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i] ?? 0));
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN));
    if (!(difference <= tolerance * scale)) {
      expect.fail(`value ${i}: got ${actual[i]}, expected ${expected[i]}`);
    }
  }
}

interface Result {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

async function resultsOn(
  backend: 'cpu' | 'tensorflow',
  compute: () => tf.Tensor | tf.Tensor[],
): Promise<Result[]> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const results = tf.tidy(() =>
    [compute()].flat().map((tensor) => ({ shape: tensor.shape, values: [...tensor.dataSync()] })),
  );
  expect(tf.memory().numTensors).toBe(before);
  return results;
}
