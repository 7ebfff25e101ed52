import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { uniformFanIn } from '../initializers.ts';
import { gatherTokens } from '../layers/gather-tokens.ts';
import type { ForwardContext, Module } from '../module.ts';
import { createParameter } from '../parameter-tree.ts';
import type { Grid } from './resample-positions.ts';

/** What a patch embedding is made of. */
export interface PatchEmbeddingOptions {
  readonly channels: number;
  /** Side of the square patches, in pixels. */
  readonly patchSize: number;
  readonly dim: number;
  readonly random: Random;
}

/** A linear map of patches that do not overlap, `[batch, height, width, channels]` → `[batch, patches, dim]`. */
export interface PatchEmbedding extends Module<tf.Tensor4D, tf.Tensor3D> {
  /**
   * @param keep int32 `[batch, kept]`: the patches to embed, instead of all
   */
  forward(x: tf.Tensor4D, context: ForwardContext, keep?: tf.Tensor2D): tf.Tensor3D;
}

/**
 * The patch embedding of a vision transformer, with the parameters of timm's convolution, `proj.weight` and
 * `proj.bias`, and PyTorch's start of it: timm leaves that alone. Patches are numbered row by row.
 *
 * Its forward pass throws what `patchGrid` throws.
 */
export function createPatchEmbedding(options: PatchEmbeddingOptions): PatchEmbedding {
  const { channels, patchSize, dim, random } = options;
  const length = patchSize * patchSize * channels;
  const fans = { fanIn: length, fanOut: patchSize * patchSize * dim };
  const weight = createParameter(
    uniformFanIn(random.split('proj.weight'), length * dim, fans),
    [patchSize, patchSize, channels, dim],
    'convolution',
  );
  const bias = createParameter(uniformFanIn(random.split('proj.bias'), dim, fans), [dim], 'same');
  return {
    parameters: new Map([
      ['proj.weight', weight],
      ['proj.bias', bias],
    ]),
    buffers: new Map(),
    forward(x, _context, keep) {
      const all = patchify(x, patchSize);
      const patches = keep ? gatherTokens(all, keep) : all;
      const [batch, count] = patches.shape;
      const rows = tf.reshape<tf.Rank.R2>(patches, [batch * count, length]);
      const embedded = tf.matMul(rows, tf.reshape<tf.Rank.R2>(weight.variable, [length, dim]));
      return tf.reshape(tf.add(embedded, bias.variable), [batch, count, dim]);
    },
  };
}

/**
 * Cuts images into patches that do not overlap.
 *
 * @param x `[batch, height, width, channels]`
 * @param patchSize side of a patch in pixels; must divide height and width
 * @returns `[batch, patches, patchSize · patchSize · channels]`: patches row by row, and so the pixels in each, the
 * channels innermost (MAE's `patchify`)
 * @throws UserError as `patchGrid`
 */
export function patchify(x: tf.Tensor4D, patchSize: number): tf.Tensor3D {
  const [batch, height, width, channels] = x.shape;
  const grid = patchGrid(height, width, patchSize);
  const lines = tf.reshape(x, [batch * grid.height, patchSize, grid.width, patchSize * channels]);
  return tf.reshape(tf.transpose(lines, [0, 2, 1, 3]), [
    batch,
    grid.height * grid.width,
    patchSize * patchSize * channels,
  ]);
}

/**
 * Patches down and across of an image.
 *
 * @throws UserError if the patch size does not divide the image's height and width
 */
export function patchGrid(height: number, width: number, patchSize: number): Grid {
  if (height < 1 || width < 1 || height % patchSize !== 0 || width % patchSize !== 0) {
    throw new UserError(
      `vision transformer: the sides of an image must be multiples of the patch size ${patchSize}, got ` +
        `${height}×${width}; use images of another size or another patch size`,
    );
  }
  return { height: height / patchSize, width: width / patchSize };
}
