import { layerNorm } from '@ssl/backend';
import type * as tf from '@tensorflow/tfjs-core';
import type { ForwardContext, Module } from '../module.ts';
import { createParameter } from '../parameter-tree.ts';

/** What a layer norm is made of. */
export interface LayerNormOptions {
  /** Length of the last axis. */
  readonly dim: number;
  /** Added to the variance under the root; default 1e-6, as in timm's vision transformers. PyTorch's own is 1e-5. */
  readonly epsilon?: number;
}

/** A layer norm over the last axis of `[…, dim]`. */
export interface LayerNorm extends Module {
  forward<T extends tf.Tensor>(x: T, context: ForwardContext): T;
}

/** Layer norm as PyTorch's `LayerNorm`; parameters `weight` (1) and `bias` (0). */
export function createLayerNorm({ dim, epsilon = 1e-6 }: LayerNormOptions): LayerNorm {
  const weight = createParameter(new Float32Array(dim).fill(1), [dim], 'same');
  const bias = createParameter(new Float32Array(dim), [dim], 'same');
  return {
    parameters: new Map([
      ['weight', weight],
      ['bias', bias],
    ]),
    buffers: new Map(),
    forward: (x) => layerNorm(x, weight.variable as tf.Tensor1D, bias.variable as tf.Tensor1D, { epsilon }),
  };
}
