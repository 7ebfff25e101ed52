import * as tf from '@tensorflow/tfjs-core';
import type { OpCase } from './op-cases.ts';

/** What a case gives. */
export interface OpValues {
  readonly value: Float32Array;
  /** By each input; none of a case that has only a value. */
  readonly gradients: readonly Float32Array[];
}

/** Value of a case and its gradients by all inputs, weighted so that no two elements count the same. */
export async function opValues({
  inputs,
  run,
  special = [],
  forwardOnly = false,
}: OpCase): Promise<OpValues> {
  const tensors = tf.tidy(() => {
    const given = inputs.map((shape, index) => {
      const values = numbers(tf.util.sizeFromShape([...shape]), index);
      for (const { input, at, value } of special) if (input === index) values[at] = value;
      return tf.tensor(values, [...shape]);
    });
    const value = run(...given);
    if (forwardOnly) return [value];
    const weights = tf.tensor(numbers(value.size, 17), value.shape);
    return [value, ...tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(run(...xs), weights)))(given)];
  });
  const [value, ...gradients] = await valuesOf(tensors);
  return { value: value as Float32Array, gradients };
}

/** The values of tensors, which are disposed. Not every backend can give them at once. */
export async function valuesOf(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const values = await Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));
  tf.dispose([...tensors]);
  return values;
}

/** Numbers from −1 to 1 that look like chance and are the same everywhere. */
export function numbers(count: number, seed: number): Float32Array {
  let state = (seed + 1) * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/**
 * Largest difference, as a share of the largest finite expected value. What is NaN or infinite must be so in both:
 * else Infinity, as where lengths differ.
 */
export function relativeError(actual: Float32Array, expected: Float32Array | readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 1e-6;
  let worst = 0;
  for (const [index, value] of actual.entries()) {
    const wanted = expected[index] as number;
    if (Number.isFinite(wanted)) scale = Math.max(scale, Math.abs(wanted));
    if (Object.is(value, wanted) || value === wanted) continue;
    const difference = Math.abs(value - wanted);
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference);
  }
  return worst / scale;
}
