import * as tf from '@tensorflow/tfjs-core';
import {
  SslBatchNormTraining,
  SslBatchNormTrainingGrad,
  type BatchNormTrainingAttrs,
} from '../../kernel-names.ts';
import { attribute, type NativeBackend, type OpAttribute } from '../native-backend.ts';
import { nativeKernel, type KernelInputs } from './native-kernel.ts';
import { maskByResult } from './relu-grad.ts';

/**
 * Batch normalisation with the batch's statistics by TensorFlow's `FusedBatchNormV3`: one op for what tfjs
 * composes of a dozen.
 */
export const batchNormTraining = nativeKernel<
  KernelInputs<'x' | 'scale' | 'offset', 'residual'>,
  BatchNormTrainingAttrs
>(SslBatchNormTraining, (backend, { x, scale, offset, residual }, attrs) =>
  tf.tidy(() => {
    // The running statistics, which the op takes but does not read while training.
    const none = tf.tensor1d([], 'float32');
    const [normalised, mean, unbiased, , saved] = backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      batchNormAttributes(backend, attrs),
      [asImages(x), scale, offset, none, none],
      6,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const count = x.size / mean.size;
    // What the op saves for its gradient is the biased variance, except on a GPU, where it is 1 / its root.
    const variance = backend.binding.isUsingGpuDevice() ? tf.mul(unbiased, (count - 1) / count) : saved;
    const shaped = likeInput(normalised, x);
    const sum = residual ? tf.add(shaped, residual) : shaped;
    return [attrs.activation === 'relu' ? tf.relu(sum) : sum, mean, variance];
  }),
);

/** Gradient of {@link batchNormTraining} by TensorFlow's `FusedBatchNormGradV3`. */
export const batchNormTrainingGrad = nativeKernel<
  KernelInputs<'dy' | 'x' | 'scale' | 'mean' | 'variance', 'y'>,
  BatchNormTrainingAttrs
>(SslBatchNormTrainingGrad, (backend, { dy, x, scale, mean, variance, y }, attrs) =>
  tf.tidy(() => {
    const activated = attrs.activation === 'relu' && y !== undefined;
    const dSum = activated ? maskByResult(backend, dy, y) : dy;
    const saved = backend.binding.isUsingGpuDevice() ? tf.rsqrt(tf.add(variance, attrs.epsilon)) : variance;
    const [dx, dScale, dOffset] = backend.executeMultipleOutputs(
      'FusedBatchNormGradV3',
      batchNormAttributes(backend, attrs),
      [asImages(dSum), asImages(x), scale, mean, saved, tf.tensor1d([], 'float32')],
      5,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    return [likeInput(dx, x), dScale, dOffset, ...(activated ? [dSum] : [])];
  }),
);

function batchNormAttributes(backend: NativeBackend, { epsilon }: BatchNormTrainingAttrs): OpAttribute[] {
  return [
    attribute.type(backend, 'T', 'float32'),
    attribute.type(backend, 'U', 'float32'),
    attribute.float(backend, 'epsilon', epsilon),
    attribute.string(backend, 'data_format', 'NHWC'),
    attribute.bool(backend, 'is_training', true),
  ];
}

/** `[…, channels]` as the four axes that the op wants. */
function asImages(x: tf.Tensor): tf.Tensor {
  if (x.rank === 4) return x;
  const channels = x.shape.at(-1) ?? 1;
  return tf.reshape(x, [x.size / channels, 1, 1, channels]);
}

function likeInput(y: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? y : tf.reshape(y, x.shape);
}
