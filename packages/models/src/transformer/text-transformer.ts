import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedTokens } from '../backbone.ts';
import { truncatedNormal02, type Initializer } from '../initializers.ts';
import { contextOf } from '../layers/drop-path.ts';
import { gatherIds, gatherTokens } from '../layers/gather-tokens.ts';
import { createLayerNorm } from '../layers/layer-norm.ts';
import type { ForwardContext, Module } from '../module.ts';
import { createParameter, treesOf } from '../parameter-tree.ts';
import { createLocalMixing } from './local-mixing.ts';
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
  /**
   * Channels of that convolution, which a linear layer brings back to `dim`; default: `dim` channels, without such a
   * layer.
   */
  readonly localDim?: number | undefined;
  /**
   * What the features are the mean of, over the tokens: the tokens themselves (`tokens`, default), or with them all
   * hidden units, of the convolution and of each block's MLP (`hidden`). Those stand for patterns of tokens (Geva et al.,
   * Transformer feed-forward layers are key-value memories, EMNLP 2021), such as parts of words where tokens are bytes,
   * and there are more of them: a linear probe sees more in them than in the tokens alone.
   */
  readonly features?: 'tokens' | 'hidden' | undefined;
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
  /** The same with the features of the same pass, which are those of the tokens that take part. */
  tokensAndFeatures(ids: tf.Tensor2D, context: ForwardContext, keep?: tf.Tensor2D): EncodedTokens;
  /**
   * The mean over the tokens that are no padding, `[batch, featureDim]`; 0 for nothing but padding. The same as
   * `forward`.
   */
  features(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor2D;
}

/**
 * A transformer encoder for texts: BERT's embeddings of tokens and positions (Devlin et al., 2019, without segments),
 * pre-norm blocks and a last norm; before the blocks, where it is asked for, a pre-norm branch of a convolution with
 * GELU, `x + gelu(conv(norm(x)))`, or with `localDim`, `x + proj(gelu(conv(norm(x))))`. Parameters `token_embed.weight`
 * `[vocabulary, dim]`, `pos_embed` `[1, length, dim]`, `local.norm`, `local.conv.weight` and `local.proj` of the
 * convolution, `blocks.N` as in timm, and `norm`. Texts may be shorter than `length`. Ids outside the vocabulary give
 * undefined values.
 *
 * @throws UserError if the heads do not divide `dim`, the padding is outside the vocabulary, `kernelSize` is not odd, or
 * there is a `localDim` without a convolution
 */
export function createTextTransformer(options: TextTransformerOptions): TextTransformer {
  const { vocabulary, length, dim, depth, heads, mlpRatio = 4, paddingId, random } = options;
  const { dropPath = 0, kernelSize = 1, localDim, initializer = truncatedNormal02 } = options;
  const { features: kindOfFeatures = 'tokens' } = options;
  if (dim % heads !== 0) {
    throw new UserError(`text transformer: the number of heads must divide dim ${dim}, got ${heads}`);
  }
  if (!Number.isInteger(paddingId) || paddingId < 0 || paddingId >= vocabulary) {
    throw new UserError(
      `text transformer: the padding id must be from 0 to ${vocabulary - 1}, the vocabulary's last, got ${paddingId}`,
    );
  }
  if (localDim !== undefined && kernelSize === 1) {
    throw new UserError(
      `text transformer: a kernelSize of 1 means no convolution, so that a localDim of ${localDim} has no use; leave it out or set a kernelSize from 3`,
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
    kernelSize === 1
      ? undefined
      : createLocalMixing({ dim, kernelSize, localDim, random: random.split('local'), initializer });
  const own = {
    parameters: new Map([
      ['token_embed.weight', table],
      ['pos_embed', positions],
    ]),
    buffers: new Map(),
  };

  /** @param onHidden gets the hidden units of each layer that has some */
  function encode(
    ids: tf.Tensor2D,
    context: ForwardContext,
    keep: tf.Tensor2D | undefined,
    onHidden?: (units: tf.Tensor3D) => void,
  ): tf.Tensor3D {
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
        ? (local?.forward(sequence, isText(ids), context, onHidden) ?? sequence)
        : gatherTokens(sequence, keep);
    const input = { keyMask: isText(idsOf(ids, keep)), onHidden };
    return norm.forward(blocks.forward(kept, contextOf(context, 'blocks'), input), context);
  }

  function tokensAndFeatures(ids: tf.Tensor2D, context: ForwardContext, keep?: tf.Tensor2D): EncodedTokens {
    const hidden: tf.Tensor3D[] = [];
    const wantsHidden = kindOfFeatures === 'hidden';
    const tokens = encode(ids, context, keep, wantsHidden ? (units) => hidden.push(units) : undefined);
    const present = isText(idsOf(ids, keep));
    const means = [tokens, ...hidden].map((values) => meanOf(values, present));
    return { tokens, features: means.length === 1 ? (means[0] as tf.Tensor2D) : tf.concat(means, 1) };
  }

  /** Which ids are no padding: bool, as `ids`. */
  function isText(ids: tf.Tensor2D): tf.Tensor2D {
    return tf.notEqual(ids, tf.scalar(paddingId, 'int32'));
  }

  const features = (ids: tf.Tensor2D, context: ForwardContext): tf.Tensor2D =>
    tokensAndFeatures(ids, context).features;
  const hiddenDim = (local?.hiddenDim ?? 0) + depth * Math.round(dim * mlpRatio);
  return {
    ...treesOf({ '': own, ...(local && { local }), blocks, norm }),
    featureDim: kindOfFeatures === 'hidden' ? dim + hiddenDim : dim,
    tokens: encode,
    tokensAndFeatures,
    features,
    forward: features,
  };
}

/** The ids of the tokens that take part. */
function idsOf(ids: tf.Tensor2D, keep: tf.Tensor2D | undefined): tf.Tensor2D {
  return keep === undefined ? ids : gatherIds(ids, keep);
}

/** The mean over the tokens that are present, `[batch, tokens, dim]` → `[batch, dim]`; 0 where none is. */
function meanOf(values: tf.Tensor3D, present: tf.Tensor2D): tf.Tensor2D {
  const weights = tf.cast(tf.expandDims(present, 2), 'float32');
  const sum = tf.sum(tf.mul(values, weights), 1);
  return tf.div(sum, tf.maximum(tf.sum(weights, 1), 1));
}
