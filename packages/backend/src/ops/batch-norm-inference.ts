import * as tf from '@tensorflow/tfjs-core';
import { checkShapes, type BatchNormOptions } from './batch-norm-training.ts';

/**
 * Batch normalisation by given statistics:
 * `activation((x − mean) / √(variance + epsilon) · gamma + beta + residual)`.
 *
 * The order of the arguments is that of `tf.batchNorm` up to the last two: statistics first. Differentiable in
 * everything.
 *
 * @param x float32 `[…, channels]`
 * @param mean `[channels]`
 * @param variance `[channels]`, not negative
 * @param gamma scale, `[channels]`
 * @param beta offset, `[channels]`
 * @throws Error where shapes do not fit or the batch is empty
 */
export function batchNormInference<T extends tf.Tensor>(
  x: T,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  { epsilon = 1e-5, activation = 'none', residual }: BatchNormOptions<T> = {},
): T {
  checkShapes('batchNormInference', x, { mean, variance, gamma, beta }, residual);
  return tf.tidy(() => {
    const factor = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
    const offset = tf.sub(beta, tf.mul(mean, factor));
    const normalised = tf.add(tf.mul(x, factor), offset);
    const sum = residual ? tf.add(normalised, residual) : normalised;
    return (activation === 'relu' ? tf.relu(sum) : sum) as T;
  });
}
