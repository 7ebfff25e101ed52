import { batchNormInference, batchNormTraining } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { ForwardContext, Module } from './module.ts';
import type { HostBuffer, Parameter } from './parameter.ts';
import { createParameter } from './parameter-tree.ts';

/** What a batch norm is made of. */
export interface BatchNormOptions {
  readonly channels: number;
  /** Share of the batch in the running statistics, PyTorch's convention; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance under the root; default 1e-5. */
  readonly epsilon?: number;
  /** Whether it has a weight and a bias that are trained; default true. */
  readonly affine?: boolean;
}

/** What is fused into a batch norm's pass: the sum with a residual, then an activation. */
export interface BatchNormFusion<T extends tf.Tensor> {
  readonly residual?: T;
  readonly activation?: 'relu';
}

/** A batch norm over all axes but the last, of `[batch, …, channels]`. */
export interface BatchNorm extends Module<tf.Tensor, tf.Tensor> {
  forward<T extends tf.Tensor>(x: T, context: ForwardContext, fusion?: BatchNormFusion<T>): T;
}

/**
 * Batch norm as PyTorch's `BatchNorm1d`/`BatchNorm2d`: in training it normalises by the batch's biased
 * variance, while the running variance takes the unbiased one. Parameters `weight` (1) and `bias` (0); buffers
 * `running_mean` (0), `running_var` (1) and `num_batches_tracked`.
 *
 * Its forward pass in training throws a UserError for a single value per channel, whose variance is nothing to
 * divide by.
 */
export function createBatchNorm(options: BatchNormOptions): BatchNorm {
  const { channels, momentum = 0.1, epsilon = 1e-5, affine = true } = options;
  const parameters = new Map<string, Parameter>();
  if (affine) {
    parameters.set('weight', createParameter(new Float32Array(channels).fill(1), [channels], 'same'));
    parameters.set('bias', createParameter(new Float32Array(channels), [channels], 'same'));
  }
  const runningMean = createParameter(new Float32Array(channels), [channels], 'same', false);
  const runningVariance = createParameter(new Float32Array(channels).fill(1), [channels], 'same', false);
  const batchesTracked: HostBuffer = { shape: [], data: new BigInt64Array(1) };
  const scale = (): tf.Tensor1D =>
    (parameters.get('weight')?.variable as tf.Tensor1D | undefined) ?? tf.ones([channels]);
  const shift = (): tf.Tensor1D =>
    (parameters.get('bias')?.variable as tf.Tensor1D | undefined) ?? tf.zeros([channels]);

  function updateRunning(mean: tf.Tensor1D, variance: tf.Tensor1D, count: number): void {
    foldInto(runningMean, mean, momentum);
    foldInto(runningVariance, tf.mul(variance, count / (count - 1)), momentum);
    batchesTracked.data[0] = (batchesTracked.data[0] as bigint) + 1n;
  }

  return {
    parameters,
    buffers: new Map<string, Parameter | HostBuffer>([
      ['running_mean', runningMean],
      ['running_var', runningVariance],
      ['num_batches_tracked', batchesTracked],
    ]),
    forward(x, context, fusion = {}) {
      if (!context.training) {
        return batchNormInference(
          x,
          runningMean.variable as tf.Tensor1D,
          runningVariance.variable as tf.Tensor1D,
          scale(),
          shift(),
          { epsilon, ...fusion },
        );
      }
      const count = x.size / channels;
      if (count < 2) {
        throw new UserError(
          `batch norm: needs more than one value per channel to train on, got [${x.shape.join(',')}]; ` +
            'use a larger batch or larger images',
        );
      }
      const { y, mean, variance } = batchNormTraining(x, scale(), shift(), { epsilon, ...fusion });
      context.onStatistics?.({ mean, variance, count, apply: () => updateRunning(mean, variance, count) });
      return y;
    },
  };
}

/** running ← (1 − momentum) · running + momentum · value */
function foldInto(running: Parameter, value: tf.Tensor, momentum: number): void {
  const { variable } = running;
  variable.assign(tf.add(tf.mul(variable, 1 - momentum), tf.mul(value, momentum)));
}
