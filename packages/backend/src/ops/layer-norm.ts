import type * as tf from '@tensorflow/tfjs-core';
import { composedLayerNorm, composedLayerNormGrad } from '../composed/layer-norm.ts';
import { SslLayerNorm, SslLayerNormGrad, type LayerNormAttrs } from '../kernel-names.ts';
import { checkShapes } from './batch-norm-training.ts';
import { runKernel } from './run-kernel.ts';

/** Settings of {@link layerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance before the root; default 1e-5, PyTorch's. */
  readonly epsilon?: number | undefined;
}

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton, 2016), `torch.nn.functional.layer_norm`:
 * `y = (x − mean) / √(variance + epsilon) · gamma + beta`, the variance biased.
 *
 * Differentiable in `x`, `gamma` and `beta`. `wasm` and `webgpu` have kernels for it (on `wasm` one pass, and
 * one for the gradient); elsewhere it is composed of TensorFlow.js's ops.
 *
 * @param x float32 `[…, columns]`, e.g. `[batch, tokens, columns]`
 * @param gamma scale, `[columns]`
 * @param beta offset, `[columns]`
 * @returns a tensor of the shape of `x`
 * @throws Error where shapes do not fit or `x` is empty
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  { epsilon = 1e-5 }: LayerNormOptions = {},
): T {
  checkShapes('layerNorm', x, { gamma, beta }, undefined);
  const attrs: LayerNormAttrs = { epsilon };
  const [y] = runKernel(SslLayerNorm, { x, scale: gamma, offset: beta }, attrs, composedLayerNorm);
  return y as T;
}

/** The gradient of the kernel, for `registerTrainingGradients`. */
export const layerNormGradient: tf.GradConfig = {
  kernelName: SslLayerNorm,
  inputsToSave: ['x', 'scale'],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved) => {
    const [dy] = dys as tf.Tensor[];
    const [x, scale, mean, inverse] = saved;
    if (!dy || !x || !scale || !mean || !inverse) {
      throw new Error('layerNorm: its gradient needs what the forward pass saved');
    }
    const inputs = { dy, x, scale, mean, inverse };
    const [dx, dScale, dOffset] = runKernel(SslLayerNormGrad, inputs, {}, composedLayerNormGrad);
    return {
      x: () => dx as tf.Tensor,
      scale: () => dScale as tf.Tensor,
      offset: () => dOffset as tf.Tensor,
    };
  },
};
