import * as tf from '@tensorflow/tfjs-core';
import {
  SslBatchNormInference,
  SslBatchNormTraining,
  SslBatchNormTrainingGrad,
  type BatchNormAttrs,
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
  BatchNormAttrs
>(SslBatchNormTraining, (backend, inputs, attrs) =>
  tf.tidy(() => {
    // The running statistics, which the op takes but does not read while training.
    const none = tf.tensor1d([], 'float32');
    const { y, mean, unbiased, saved } = normalise(
      backend,
      { ...inputs, mean: none, variance: none },
      attrs,
      true,
    );
    const count = inputs.x.size / mean.size;
    // What the op saves for its gradient is the biased variance, except on a GPU, where it is 1 / its root.
    const variance = backend.binding.isUsingGpuDevice() ? tf.mul(unbiased, (count - 1) / count) : saved;
    return [y, mean, variance];
  }),
);

/** Batch normalisation by given statistics, by the same op. */
export const batchNormInference = nativeKernel<
  KernelInputs<'x' | 'scale' | 'offset' | 'mean' | 'variance', 'residual'>,
  BatchNormAttrs
>(SslBatchNormInference, (backend, inputs, attrs) =>
  tf.tidy(() => normalise(backend, inputs, attrs, false).y),
);

/** Runs the op, and what follows it: the sum with the residual, and ReLU, which oneDNN does in the same pass. */
function normalise(
  backend: NativeBackend,
  inputs: KernelInputs<'x' | 'scale' | 'offset' | 'mean' | 'variance', 'residual'>,
  attrs: BatchNormAttrs,
  training: boolean,
): Record<'y' | 'mean' | 'unbiased' | 'saved', tf.Tensor> {
  const { x, scale, offset, mean: givenMean, variance: givenVariance, residual } = inputs;
  const relu = attrs.activation === 'relu';
  const fused = relu && residual === undefined && fusesRelu(backend);
  const [normalised, mean, unbiased, , saved] = backend.executeMultipleOutputs(
    fused ? fusedName : 'FusedBatchNormV3',
    [...batchNormAttributes(backend, attrs, training), ...(fused ? fusedReluAttributes(backend) : [])],
    [asImages(x), scale, offset, givenMean, givenVariance],
    6,
  ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const shaped = likeInput(normalised, x);
  const sum = residual ? tf.add(shaped, residual) : shaped;
  return { y: relu && !fused ? tf.relu(sum) : sum, mean, unbiased, saved };
}

/**
 * TensorFlow's own rewrite of `FusedBatchNormV3` and `Relu` for oneDNN. It does so in graphs only, and gives the
 * kernel a label, by which it can be asked for all the same.
 */
const fusedName = '_MklNativeFusedBatchNormEx';

function fusedReluAttributes(backend: NativeBackend): OpAttribute[] {
  return [
    attribute.string(backend, 'activation_mode', 'Relu'),
    attribute.int(backend, 'num_side_inputs', 0),
    attribute.string(backend, '_kernel', 'MklNameChangeOp'),
  ];
}

/** Whether this TensorFlow has {@link fusedName}: builds without oneDNN have not, and on a GPU it is of no use. */
function fusesRelu(backend: NativeBackend): boolean {
  const known = fusingBackends.get(backend);
  if (known !== undefined) return known;
  const fuses = !backend.binding.isUsingGpuDevice() && runsFusedRelu(backend);
  fusingBackends.set(backend, fuses);
  return fuses;
}

const fusingBackends = new WeakMap<NativeBackend, boolean>();

function runsFusedRelu(backend: NativeBackend): boolean {
  return tf.tidy(() => {
    const one = tf.ones([1]);
    const attributes = [
      ...batchNormAttributes(backend, { epsilon: 1 }, false),
      ...fusedReluAttributes(backend),
    ];
    try {
      backend.executeMultipleOutputs(fusedName, attributes, [tf.ones([1, 1, 1, 1]), one, one, one, one], 6);
      return true;
    } catch {
      return false;
    }
  });
}

/** Gradient of {@link batchNormTraining} by TensorFlow's `FusedBatchNormGradV3`. */
export const batchNormTrainingGrad = nativeKernel<
  KernelInputs<'dy' | 'x' | 'scale' | 'mean' | 'variance', 'y'>,
  BatchNormAttrs
>(SslBatchNormTrainingGrad, (backend, { dy, x, scale, mean, variance, y }, attrs) =>
  tf.tidy(() => {
    const activated = attrs.activation === 'relu' && y !== undefined;
    const dSum = activated ? maskByResult(backend, dy, y) : dy;
    const saved = backend.binding.isUsingGpuDevice() ? tf.rsqrt(tf.add(variance, attrs.epsilon)) : variance;
    const [dx, dScale, dOffset] = backend.executeMultipleOutputs(
      'FusedBatchNormGradV3',
      batchNormAttributes(backend, attrs, true),
      [asImages(dSum), asImages(x), scale, mean, saved, tf.tensor1d([], 'float32')],
      5,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    return [likeInput(dx, x), dScale, dOffset, ...(activated ? [dSum] : [])];
  }),
);

function batchNormAttributes(
  backend: NativeBackend,
  { epsilon }: BatchNormAttrs,
  training: boolean,
): OpAttribute[] {
  return [
    attribute.type(backend, 'T', 'float32'),
    attribute.type(backend, 'U', 'float32'),
    attribute.float(backend, 'epsilon', epsilon),
    attribute.string(backend, 'data_format', 'NHWC'),
    attribute.bool(backend, 'is_training', training),
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
