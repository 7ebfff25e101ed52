import { UserError } from '@ssl/errors';
import {
  createLayerNorm,
  createLinear,
  createParameter,
  createTransformerBlocks,
  forwardRows,
  sinCosPositions2d,
  treesOf,
  xavierUniform,
  type ForwardContext,
  type TokenEncoder,
} from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelPart } from '../method.ts';

/** What a decoder of masked patches is made of. */
export interface MaeDecoderOptions {
  /** The encoder whose tokens it takes. */
  readonly encoder: Pick<TokenEncoder, 'dim' | 'prefix' | 'grid'>;
  /** Values of a patch that it gives. */
  readonly patchValues: number;
  /** Length of its tokens, a multiple of 4; the authors' is 512. */
  readonly dim: number;
  /** Its blocks; the authors' number is 8. */
  readonly depth: number;
  /** Attention heads; must divide `dim`. */
  readonly heads: number;
  readonly random: Random;
}

/** A decoder from the tokens of the visible patches to the values of all. */
export interface MaeDecoder extends ModelPart {
  /**
   * @param encoded `[batch, prefix + kept, dim]`, the encoder's tokens
   * @param keep int32 `[batch, kept]`: the patches that the tokens after the prefix are of
   * @returns `[batch, patches, patchValues]`, patches row by row
   */
  decode(encoded: tf.Tensor3D, keep: tf.Tensor2D, context: ForwardContext): tf.Tensor3D;
}

/**
 * The decoder of masked autoencoders (He et al., CVPR 2022; facebookresearch/mae@efb2a80, models_mae.py
 * `forward_decoder`): a linear map of the visible tokens, a learned token in place of each hidden one, fixed positions,
 * transformer blocks, a norm, and a linear map to the patches' values. Linear layers start by Xavier's rule, and the
 * mask token with deviation 0.02, as the authors'.
 *
 * @throws UserError if `dim` is no multiple of 4 or of `heads`
 */
export function createMaeDecoder(options: MaeDecoderOptions): MaeDecoder {
  const { encoder, patchValues, dim, depth, heads, random } = options;
  if (dim % 4 !== 0 || dim % heads !== 0) {
    throw new UserError(
      `mae: methodOptions.decoderDim must be a multiple of 4 and of decoderHeads, got ${dim} and ${heads}`,
    );
  }
  const { prefix, grid } = encoder;
  const [rows, columns] = grid;
  const patches = rows * columns;
  const initializer = xavierUniform;
  const embed = createLinear({
    ...{ inDim: encoder.dim, outDim: dim, initializer },
    random: random.split('embed'),
  });
  const tokenRandom = random.split('mask_token');
  const maskToken = createParameter(
    Float32Array.from({ length: dim }, () => tokenRandom.normal(0, 0.02)),
    [1, 1, dim],
    'same',
  );
  const positions = createParameter(
    sinCosPositions2d(dim, rows, columns, { classToken: prefix === 1 }),
    [1, prefix + patches, dim],
    'same',
    false,
  );
  const blocks = createTransformerBlocks({ dim, depth, heads, random: random.split('blocks'), initializer });
  const norm = createLayerNorm({ dim });
  const predict = createLinear({
    ...{ inDim: dim, outDim: patchValues, initializer },
    random: random.split('pred'),
  });
  const own = {
    parameters: new Map([['mask_token', maskToken]]),
    buffers: new Map([['pos_embed', positions]]),
  };
  return {
    ...treesOf({ embed, '': own, blocks, norm, pred: predict }),
    decode(encoded, keep, context) {
      const tokens = forwardRows(embed, encoded, context) as tf.Tensor3D;
      const visible = tf.slice(tokens, [0, prefix, 0], [-1, -1, -1]);
      const all = placeTokens(visible, keep, maskToken.variable, patches);
      const sequence =
        prefix === 0 ? all : tf.concat([tf.slice(tokens, [0, 0, 0], [-1, prefix, -1]), all], 1);
      const decoded = norm.forward(blocks.forward(tf.add(sequence, positions.variable), context), context);
      return forwardRows(predict, tf.slice(decoded, [0, prefix, 0], [-1, -1, -1]), context) as tf.Tensor3D;
    },
  };
}

/**
 * The visible tokens at their places, and `filler` at all others, `[batch, patches, dim]`. By a product with a matrix
 * of zeros and ones, since its gradient is another product, and a scatter's is not fast everywhere.
 */
function placeTokens(
  visible: tf.Tensor3D,
  keep: tf.Tensor2D,
  filler: tf.Tensor,
  patches: number,
): tf.Tensor3D {
  const [batch, kept] = keep.shape;
  const places = tf.cast(
    tf.equal(tf.reshape(keep, [batch, kept, 1]), tf.range(0, patches, 1, 'int32')),
    'float32',
  );
  const hidden = tf.sub(1, tf.reshape(tf.sum(places, 1), [batch, patches, 1]));
  return tf.add(tf.matMul(places, visible, true, false), tf.mul(hidden, filler));
}
