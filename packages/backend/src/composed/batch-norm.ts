import * as tf from '@tensorflow/tfjs-core';
import type { BatchNormAttrs } from '../kernel-names.ts';

/** `SslBatchNormTraining` by stock ops. */
export function composedBatchNormTraining(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const { x, scale, offset, residual } = inputs as Record<'x' | 'scale' | 'offset', tf.Tensor> & {
    residual?: tf.Tensor;
  };
  const { epsilon, activation } = attrs as unknown as BatchNormAttrs;
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = tf.mean(x, axes);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), axes);
  const factor = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), scale);
  const normalised = tf.add(tf.mul(centred, factor), offset);
  const sum = residual ? tf.add(normalised, residual) : normalised;
  return [activation === 'relu' ? tf.relu(sum) : sum, mean, variance];
}

/** `SslBatchNormTrainingGrad` by stock ops. */
export function composedBatchNormTrainingGrad(
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
): tf.Tensor[] {
  const { dy, x, scale, mean, variance, y } = inputs as Record<
    'dy' | 'x' | 'scale' | 'mean' | 'variance',
    tf.Tensor
  > & { y?: tf.Tensor };
  const { epsilon } = attrs as unknown as BatchNormAttrs;
  const dSum = y ? tf.mul(dy, tf.step(y)) : dy;
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = x.size / scale.size;
  const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
  const standardised = tf.mul(tf.sub(x, mean), inverseDeviation);
  const dOffset = tf.sum(dSum, axes);
  const dScale = tf.sum(tf.mul(dSum, standardised), axes);
  const perValue = tf.sub(tf.sub(dSum, tf.div(dOffset, count)), tf.mul(standardised, tf.div(dScale, count)));
  const dx = tf.mul(perValue, tf.mul(inverseDeviation, scale));
  return [dx, dScale, dOffset, ...(y ? [dSum] : [])];
}

/** `SslBatchNormInference` by stock ops. */
export function composedBatchNormInference(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const { x, mean, variance, scale, offset, residual } = inputs as Record<
    'x' | 'mean' | 'variance' | 'scale' | 'offset',
    tf.Tensor
  > & { residual?: tf.Tensor };
  const { epsilon, activation } = attrs as unknown as BatchNormAttrs;
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
  const shift = tf.sub(offset, tf.mul(mean, factor));
  const normalised = tf.add(tf.mul(x, factor), shift);
  const sum = residual ? tf.add(normalised, residual) : normalised;
  return [activation === 'relu' ? tf.relu(sum) : sum];
}
