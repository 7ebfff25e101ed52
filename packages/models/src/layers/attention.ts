import { attention } from '@ssl/backend';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { truncatedNormal02, type Initializer } from '../initializers.ts';
import { createLinear } from '../linear.ts';
import type { ForwardContext, Module } from '../module.ts';
import { treesOf } from '../parameter-tree.ts';

/** What a self-attention is made of. */
export interface AttentionOptions {
  readonly dim: number;
  /** Heads; must divide `dim`. */
  readonly heads: number;
  /** Whether queries, keys and values have a bias; default true. */
  readonly qkvBias?: boolean;
  readonly random: Random;
  /** How the weights start; default normal with deviation 0.02, as in timm. Biases start at 0. */
  readonly initializer?: Initializer;
}

/** What of its input an attention may look at. */
export interface AttentionInput {
  /** bool `[batch, tokens]`: false for tokens that nothing attends to, such as padding. Default: all true. */
  readonly keyMask?: tf.Tensor2D | undefined;
}

/** A self-attention over `[batch, tokens, dim]`. */
export interface Attention extends Module<tf.Tensor3D, tf.Tensor3D> {
  forward(x: tf.Tensor3D, context: ForwardContext, input?: AttentionInput): tf.Tensor3D;
}

/**
 * Multi-head self-attention (Vaswani et al., 2017) with timm's parameters: `qkv.weight` (rows in files: all heads'
 * queries, then keys, then values), `qkv.bias`, `proj.weight` and `proj.bias`.
 *
 * @throws Error if `heads` does not divide `dim`
 */
export function createAttention(options: AttentionOptions): Attention {
  const { dim, heads, qkvBias = true, random, initializer = truncatedNormal02 } = options;
  if (!Number.isInteger(heads) || heads < 1 || dim % heads !== 0) {
    throw new Error(`createAttention: heads must be a whole number that divides dim ${dim}, got ${heads}`);
  }
  const headDim = dim / heads;
  const qkv = createLinear({
    inDim: dim,
    outDim: 3 * dim,
    bias: qkvBias,
    random: random.split('qkv'),
    initializer,
  });
  const weight = qkv.parameters.get('weight')?.variable as unknown as tf.Tensor2D;
  const bias = qkv.parameters.get('bias')?.variable as unknown as tf.Tensor1D | undefined;
  const proj = createLinear({ inDim: dim, outDim: dim, random: random.split('proj'), initializer });
  return {
    ...treesOf({ qkv, proj }),
    forward(x, context, { keyMask } = {}) {
      const [batch, tokens] = x.shape;
      const rows = tf.reshape<tf.Rank.R2>(x, [batch * tokens, dim]);
      // Three products with parts of the weight, as tfjs's Slice on wasm copies its whole input for each part of it.
      const biases = bias ? tf.split(bias, 3) : [];
      const [q, k, v] = tf.split(weight, 3, 1).map((part, index) => {
        const product = tf.matMul(rows, part);
        const offset = biases[index];
        const projected = offset ? tf.add(product, offset) : product;
        const byHead = tf.transpose(tf.reshape(projected, [batch, tokens, heads, headDim]), [0, 2, 1, 3]);
        return tf.reshape(byHead, [batch * heads, tokens, headDim]);
      }) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
      const attended = attention(q, k, v, { scale: 1 / Math.sqrt(headDim), keyMask });
      const byToken = tf.transpose(tf.reshape(attended, [batch, heads, tokens, headDim]), [0, 2, 1, 3]);
      const merged = proj.forward(tf.reshape(byToken, [batch * tokens, dim]), context);
      return tf.reshape(merged, [batch, tokens, dim]);
    },
  };
}
