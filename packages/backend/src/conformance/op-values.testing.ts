import * as tf from '@tensorflow/tfjs-core';
import type { OpCase } from './op-cases.ts';

/** Value of a case and its gradients by all inputs, weighted so that no two elements count the same. */
export function opValues({ inputs, hasGradient = true, run }: OpCase): {
  value: Float32Array;
  gradients: Float32Array[];
} {
  return tf.tidy(() => {
    const tensors = inputs.map((shape, index) =>
      tf.tensor(numbers(tf.util.sizeFromShape([...shape]), index), [...shape]),
    );
    const value = run(...tensors);
    if (!hasGradient) return { value: floats(value), gradients: [] };
    const weights = tf.tensor(numbers(value.size, 17), value.shape);
    const gradients = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(run(...xs), weights)))(tensors);
    return { value: floats(value), gradients: gradients.map(floats) };
  });
}

/** Numbers from −1 to 1 that look like chance and are the same everywhere. */
export function numbers(count: number, seed: number): Float32Array {
  let state = (seed + 1) * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Largest difference, as a share of the largest expected value; Infinity where one of them is not finite. */
export function relativeError(actual: Float32Array, expected: Float32Array | readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1e-6, ...expected.map(Math.abs));
  const worst = actual.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? 0))),
    0,
  );
  return Number.isFinite(worst) ? worst / scale : Number.POSITIVE_INFINITY;
}

function floats(tensor: tf.Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync());
}
