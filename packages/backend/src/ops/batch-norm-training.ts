import * as tf from '@tensorflow/tfjs-core';
import { SslBatchNormTraining, SslBatchNormTrainingGrad, type BatchNormAttrs } from '../kernel-names.ts';
import { composedBatchNormTraining, composedBatchNormTrainingGrad } from '../composed/batch-norm.ts';
import { runKernel } from './run-kernel.ts';

/** Settings of {@link batchNormTraining} and `batchNormInference`. */
export interface BatchNormOptions<T extends tf.Tensor> {
  /** Added to the variance before the root; default 1e-5, PyTorch's. */
  readonly epsilon?: number | undefined;
  /** What follows the sum; default `none`. */
  readonly activation?: 'relu' | 'none' | undefined;
  /** Added to the normalised values before the activation: a residual branch, of the shape of `x`. */
  readonly residual?: T | undefined;
}

/** What {@link batchNormTraining} gives. */
export interface BatchNormTrainingResult<T extends tf.Tensor> {
  /** `activation(normalised · gamma + beta + residual)`, of the shape of `x`. */
  readonly y: T;
  /** Mean of each channel over the batch, `[channels]`; carries no gradient. */
  readonly mean: tf.Tensor1D;
  /** Biased variance of each channel over the batch, `[channels]`; carries no gradient. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation by the batch's own statistics, with what usually follows it in the same pass:
 * `y = activation((x − mean) / √(variance + epsilon) · gamma + beta + residual)`.
 *
 * Differentiable in `x`, `gamma`, `beta` and `residual`; `mean` and `variance` are there for running statistics.
 * Backends that have a kernel of this package's for it (`wasm`, `tensorflow`, `webgpu`) need two passes over `x`.
 *
 * @param x float32 `[…, channels]`, e.g. `[batch, height, width, channels]` or `[batch, channels]`
 * @param gamma scale, `[channels]`
 * @param beta offset, `[channels]`
 * @throws Error where shapes do not fit or the batch is empty
 */
export function batchNormTraining<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  { epsilon = 1e-5, activation = 'none', residual }: BatchNormOptions<T> = {},
): BatchNormTrainingResult<T> {
  checkShapes('batchNormTraining', x, { gamma, beta }, residual);
  const attrs: BatchNormAttrs = {
    epsilon,
    activation: activation === 'relu' ? 'relu' : undefined,
  };
  const inputs = { x, scale: gamma, offset: beta, ...(residual === undefined ? {} : { residual }) };
  const [y, mean, variance] = runKernel(SslBatchNormTraining, inputs, attrs, composedBatchNormTraining);
  return { y: y as T, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/** The gradient of the kernel, for `registerTrainingGradients`. */
export const batchNormTrainingGradient: tf.GradConfig = {
  kernelName: SslBatchNormTraining,
  inputsToSave: ['x', 'scale'],
  outputsToSave: [true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [dy] = dys as tf.Tensor[];
    const [x, scale, y, mean, variance] = saved;
    if (!dy || !x || !scale || !y || !mean || !variance) {
      throw new Error('batchNormTraining: its gradient needs what the forward pass saved');
    }
    const relu = (attrs as unknown as BatchNormAttrs).activation === 'relu';
    const [dx, dScale, dOffset, dResidual] = runKernel(
      SslBatchNormTrainingGrad,
      { dy, x, scale, mean, variance, ...(relu ? { y } : {}) },
      attrs,
      composedBatchNormTrainingGrad,
    );
    return {
      x: () => dx as tf.Tensor,
      scale: () => dScale as tf.Tensor,
      offset: () => dOffset as tf.Tensor,
      residual: () => dResidual ?? tf.clone(dy),
    };
  },
};

/** Checks what both batch norms ask of their inputs. */
export function checkShapes(
  caller: string,
  x: tf.Tensor,
  perChannel: Readonly<Record<string, tf.Tensor>>,
  residual: tf.Tensor | undefined,
): void {
  const channels = x.shape.at(-1);
  if (channels === undefined || x.size === 0) {
    throw new Error(`${caller}: x must be [batch, …, channels] and not empty, got [${x.shape.join(',')}]`);
  }
  for (const [name, tensor] of Object.entries(perChannel)) {
    if (tensor.rank !== 1 || tensor.size !== channels) {
      throw new Error(
        `${caller}: ${name} must be [${channels}] for x [${x.shape.join(',')}], got [${tensor.shape.join(',')}]`,
      );
    }
  }
  if (residual && !tf.util.arraysEqual(residual.shape, x.shape)) {
    throw new Error(
      `${caller}: residual [${residual.shape.join(',')}] must have the shape of x [${x.shape.join(',')}]`,
    );
  }
}
