import * as tf from '@tensorflow/tfjs-core';
import { composedBatchNormInference } from '../composed/batch-norm.ts';
import { SslBatchNormInference, type BatchNormAttrs } from '../kernel-names.ts';
import { checkShapes, type BatchNormOptions } from './batch-norm-training.ts';
import { runKernel } from './run-kernel.ts';

/**
 * Batch normalisation by given statistics:
 * `activation((x − mean) / √(variance + epsilon) · gamma + beta + residual)`.
 *
 * The order of the arguments is that of `tf.batchNorm` up to the last two: statistics first. Differentiable in
 * everything. Backends that have a kernel of this package's for it (`wasm`, `webgpu`; `tensorflow` but for the
 * residual) need one pass.
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
  const attrs: BatchNormAttrs = {
    epsilon,
    activation: activation === 'relu' ? 'relu' : undefined,
  };
  const inputs = {
    ...{ x, mean, variance, scale: gamma, offset: beta },
    ...(residual === undefined ? {} : { residual }),
  };
  const [y] = runKernel(SslBatchNormInference, inputs, attrs, composedBatchNormInference);
  return y as T;
}

/** The gradient of the kernel, for `registerTrainingGradients`. */
export const batchNormInferenceGradient: tf.GradConfig = {
  kernelName: SslBatchNormInference,
  inputsToSave: ['x', 'mean', 'variance', 'scale'],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, mean, variance, scale, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const { activation, epsilon } = attrs as unknown as BatchNormAttrs;
    const dSum = activation === 'relu' ? tf.mul(dy as tf.Tensor, tf.step(y)) : (dy as tf.Tensor);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const factor = tf.mul(scale, inverse);
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    /** Σ dSum · (x − mean) / σ */
    const products = () => tf.mul(tf.sum(tf.mul(dSum, tf.sub(x, mean)), axes), inverse);
    return {
      x: () => tf.mul(dSum, factor),
      mean: () => tf.neg(tf.mul(tf.sum(dSum, axes), factor)),
      variance: () => tf.mul(tf.mul(products(), factor), tf.mul(inverse, -0.5)),
      scale: products,
      offset: () => tf.sum(dSum, axes),
      residual: () => tf.clone(dSum),
    };
  },
};
