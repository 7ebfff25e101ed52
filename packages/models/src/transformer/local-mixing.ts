import { gelu } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import type { Initializer } from '../initializers.ts';
import { forwardRows } from '../layers/forward-rows.ts';
import { createLayerNorm } from '../layers/layer-norm.ts';
import { createLinear } from '../linear.ts';
import type { ForwardContext, Module } from '../module.ts';
import { createParameter, treesOf } from '../parameter-tree.ts';

/** What a branch that mixes neighbouring tokens is made of. */
export interface LocalMixingOptions {
  readonly dim: number;
  /** Neighbouring tokens that are mixed, an odd number. */
  readonly kernelSize: number;
  /** Channels of the convolution, which a linear layer brings back to `dim`; default: `dim`, without such a layer. */
  readonly localDim: number | undefined;
  readonly random: Random;
  readonly initializer: Initializer;
}

/** A branch that mixes neighbouring tokens, `[batch, tokens, dim]` → `[batch, tokens, dim]`. */
export interface LocalMixing extends Pick<Module, 'parameters' | 'buffers'> {
  /** Channels of the convolution. */
  readonly hiddenDim: number;
  /**
   * @param isText bool `[batch, tokens]`: false for padding, which is nobody's neighbour
   * @param onHidden gets what comes out of the convolution, after its GELU
   */
  forward(
    x: tf.Tensor3D,
    isText: tf.Tensor2D,
    context: ForwardContext,
    onHidden?: (units: tf.Tensor3D) => void,
  ): tf.Tensor3D;
}

/**
 * A pre-norm branch of a convolution over neighbouring tokens with GELU, beside its input: `x + gelu(conv(norm(x)))`, or
 * with `localDim`, `x + proj(gelu(conv(norm(x))))`. Parameters `norm`, `conv.weight`, `proj.weight` and `proj.bias`.
 *
 * @throws UserError if `kernelSize` is not odd
 */
export function createLocalMixing(options: LocalMixingOptions): LocalMixing {
  const { dim, kernelSize, localDim, random, initializer } = options;
  if (!Number.isInteger(kernelSize) || kernelSize < 1 || kernelSize % 2 === 0) {
    throw new UserError(`text transformer: kernelSize must be an odd number from 1, got ${kernelSize}`);
  }
  const hiddenDim = localDim ?? dim;
  const norm = createLayerNorm({ dim });
  const fans = { fanIn: kernelSize * dim, fanOut: kernelSize * hiddenDim };
  const values = initializer(random.split('conv.weight'), kernelSize * dim * hiddenDim, fans);
  const weight = createParameter(values, [1, kernelSize, dim, hiddenDim], 'convolution');
  const conv = { parameters: new Map([['weight', weight]]), buffers: new Map() };
  const proj =
    localDim === undefined
      ? undefined
      : createLinear({ inDim: hiddenDim, outDim: dim, random: random.split('proj'), initializer });
  return {
    ...treesOf({ norm, conv, ...(proj && { proj }) }),
    hiddenDim,
    forward(x, isText, context, onHidden) {
      const [batch, tokens] = x.shape;
      const present = tf.mul(norm.forward(x, context), tf.cast(tf.expandDims(isText, 2), 'float32'));
      const row = tf.reshape<tf.Rank.R4>(present, [batch, 1, tokens, dim]);
      const mixed = tf.conv2d(row, weight.variable as unknown as tf.Tensor4D, 1, 'same');
      const units = gelu(tf.reshape<tf.Rank.R3>(mixed, [batch, tokens, hiddenDim]));
      onHidden?.(units);
      return tf.add(x, proj ? (forwardRows(proj, units, context) as tf.Tensor3D) : units);
    },
  };
}
