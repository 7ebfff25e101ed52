import { gelu } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { truncatedNormal02, type Initializer } from '../initializers.ts';
import { contextOf } from '../layers/drop-path.ts';
import { gatherTokens } from '../layers/gather-tokens.ts';
import { createLayerNorm } from '../layers/layer-norm.ts';
import type { ForwardContext, Module } from '../module.ts';
import { createParameter, treesOf } from '../parameter-tree.ts';
import { createTransformerBlocks } from './transformer-block.ts';

/** What a text transformer is made of. */
export interface TextTransformerOptions {
  /** Number of token ids: they go from 0 to `vocabulary − 1`. */
  readonly vocabulary: number;
  /** The most tokens of a text. */
  readonly length: number;
  /** Length of a token's vector. */
  readonly dim: number;
  /** Number of blocks. */
  readonly depth: number;
  /** Attention heads; must divide `dim`. */
  readonly heads: number;
  /** Width of the MLPs, times `dim`; default 4. */
  readonly mlpRatio?: number;
  /** Drop path of the last block, [0, 1), rising linearly from 0 in the first; default 0. */
  readonly dropPath?: number;
  /**
   * Neighbouring tokens, an odd number, that a convolution mixes before the blocks; default 1: there is none. Bytes and
   * letters need it more than words do.
   */
  readonly kernelSize?: number;
  /** The id of padding, which nothing attends to and which is no part of the features. */
  readonly paddingId: number;
  readonly random: Random;
  /** How embeddings, positions, convolution and linear weights start; default normal with deviation 0.02, as in BERT. */
  readonly initializer?: Initializer;
}

/** A text encoder. All its outputs are taken after the last norm. */
export interface TextTransformer extends Module<tf.Tensor2D, tf.Tensor2D> {
  readonly featureDim: number;
  /**
   * One vector per token of int32 ids `[batch, length]`: `[batch, length, dim]`; those of padding mean nothing.
   *
   * @param keep indices of the tokens that take part, int32 `[batch, kept]`; then the result is `[batch, kept, dim]`.
   * Default: all
   */
  tokens(ids: tf.Tensor2D, context: ForwardContext, keep?: tf.Tensor2D): tf.Tensor3D;
  /** The mean of tokens that are no padding of the ids that they were made from: `features` of `tokens`. */
  pool(tokens: tf.Tensor3D, ids: tf.Tensor2D): tf.Tensor2D;
  /** The mean over the tokens that are no padding, `[batch, dim]`; 0 for nothing but padding. The same as `forward`. */
  features(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor2D;
}

/**
 * A transformer encoder for texts: BERT's embeddings of tokens and positions (Devlin et al., 2019, without segments),
 * pre-norm blocks and a last norm; before the blocks, where it is asked for, a pre-norm branch of a convolution with GELU,
 * `x + gelu(conv(norm(x)))`. Parameters `token_embed.weight` `[vocabulary, dim]`, `pos_embed` `[1, length, dim]`,
 * `local.norm` and `local.conv.weight` of the convolution, `blocks.N` as in timm, and `norm`. Texts may be shorter than `length`. Ids outside the vocabulary give undefined
 * values.
 *
 * @throws UserError if the heads do not divide `dim`, the padding is outside the vocabulary, or `kernelSize` is not odd
 */
export function createTextTransformer(options: TextTransformerOptions): TextTransformer {
  const { vocabulary, length, dim, depth, heads, mlpRatio = 4, paddingId, random } = options;
  const { dropPath = 0, kernelSize = 1, initializer = truncatedNormal02 } = options;
  if (dim % heads !== 0) {
    throw new UserError(`text transformer: the number of heads must divide dim ${dim}, got ${heads}`);
  }
  if (!Number.isInteger(paddingId) || paddingId < 0 || paddingId >= vocabulary) {
    throw new UserError(
      `text transformer: the padding id must be from 0 to ${vocabulary - 1}, the vocabulary's last, got ${paddingId}`,
    );
  }
  const start = (name: string, rows: number): Float32Array =>
    initializer(random.split(name), rows * dim, { fanIn: dim, fanOut: dim });
  const table = createParameter(start('token_embed.weight', vocabulary), [vocabulary, dim], 'same');
  const positions = createParameter(start('pos_embed', length), [1, length, dim], 'same');
  const blocks = createTransformerBlocks({
    dim,
    depth,
    heads,
    mlpRatio,
    dropPath,
    random: random.split('blocks'),
    initializer,
  });
  const norm = createLayerNorm({ dim });
  const local =
    kernelSize === 1 ? undefined : createLocalMixing(dim, kernelSize, random.split('local'), initializer);
  const own = {
    parameters: new Map([
      ['token_embed.weight', table],
      ['pos_embed', positions],
    ]),
    buffers: new Map(),
  };

  function tokens(ids: tf.Tensor2D, context: ForwardContext, keep?: tf.Tensor2D): tf.Tensor3D {
    const [batch, count] = ids.shape;
    if (ids.rank !== 2 || ids.dtype !== 'int32') {
      throw new Error(
        `text transformer: expected int32 ids [batch,length], got ${ids.dtype} [${ids.shape.join(',')}]`,
      );
    }
    if (count > length) {
      throw new UserError(
        `text transformer: built for at most ${length} tokens, got ${count}; shorten the texts or build it longer`,
      );
    }
    const embedded = tf.gather(table.variable, tf.reshape(ids, [batch * count]));
    const places = tf.slice(positions.variable, [0, 0, 0], [1, count, dim]);
    const sequence = tf.add<tf.Tensor3D>(tf.reshape(embedded, [batch, count, dim]), places);
    if (keep !== undefined && local !== undefined) {
      throw new UserError(
        'text transformer: cannot encode a part of its tokens, as its convolution needs their neighbours; build it with a kernelSize of 1',
      );
    }
    const kept =
      keep === undefined
        ? (local?.forward(sequence, isText(ids), context) ?? sequence)
        : gatherTokens(sequence, keep);
    const keyMask = isText(keep === undefined ? ids : gatherIds(ids, keep));
    return norm.forward(blocks.forward(kept, contextOf(context, 'blocks'), { keyMask }), context);
  }

  function pool(encoded: tf.Tensor3D, ids: tf.Tensor2D): tf.Tensor2D {
    const weights = tf.cast(tf.expandDims(isText(ids), 2), 'float32');
    const sum = tf.sum(tf.mul(encoded, weights), 1);
    return tf.div(sum, tf.maximum(tf.sum(weights, 1), 1));
  }

  function features(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor2D {
    return pool(tokens(ids, context), ids);
  }

  /** Which ids are no padding: bool, as `ids`. */
  function isText(ids: tf.Tensor2D): tf.Tensor2D {
    return tf.notEqual(ids, tf.scalar(paddingId, 'int32'));
  }

  return {
    ...treesOf({ '': own, ...(local && { local }), blocks, norm }),
    featureDim: dim,
    tokens,
    pool,
    features,
    forward: features,
  };
}

/** Some of each row's ids, by their indices: int32 `[batch, kept]`. */
function gatherIds(ids: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
  const gathered = gatherTokens(tf.cast(tf.expandDims<tf.Tensor3D>(ids, 2), 'float32'), indices);
  return tf.cast(tf.squeeze<tf.Tensor2D>(gathered, [2]), 'int32');
}

/** A branch that mixes neighbouring tokens. */
interface LocalMixing extends Pick<Module, 'parameters' | 'buffers'> {
  /** @param isText bool `[batch, tokens]`: false for padding, which is nobody's neighbour */
  forward(x: tf.Tensor3D, isText: tf.Tensor2D, context: ForwardContext): tf.Tensor3D;
}

function createLocalMixing(
  dim: number,
  kernelSize: number,
  random: Random,
  initializer: Initializer,
): LocalMixing {
  if (!Number.isInteger(kernelSize) || kernelSize < 1 || kernelSize % 2 === 0) {
    throw new UserError(`text transformer: kernelSize must be an odd number from 1, got ${kernelSize}`);
  }
  const norm = createLayerNorm({ dim });
  const fans = { fanIn: kernelSize * dim, fanOut: kernelSize * dim };
  const values = initializer(random.split('conv.weight'), kernelSize * dim * dim, fans);
  const weight = createParameter(values, [1, kernelSize, dim, dim], 'convolution');
  const conv = { parameters: new Map([['weight', weight]]), buffers: new Map() };
  return {
    ...treesOf({ norm, conv }),
    forward(x, isText, context) {
      const [batch, tokens] = x.shape;
      const present = tf.mul(norm.forward(x, context), tf.cast(tf.expandDims(isText, 2), 'float32'));
      const row = tf.reshape<tf.Rank.R4>(present, [batch, 1, tokens, dim]);
      const mixed = tf.conv2d(row, weight.variable as unknown as tf.Tensor4D, 1, 'same');
      return tf.add(x, gelu(tf.reshape<tf.Rank.R3>(mixed, [batch, tokens, dim])));
    },
  };
}
