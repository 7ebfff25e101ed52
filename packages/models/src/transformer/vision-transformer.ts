import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { truncatedNormal02, type Initializer } from '../initializers.ts';
import { contextOf } from '../layers/drop-path.ts';
import { createLayerNorm } from '../layers/layer-norm.ts';
import type { ForwardContext, Module } from '../module.ts';
import { createParameter, treesOf } from '../parameter-tree.ts';
import { createPatchEmbedding, patchGrid } from './patch-embedding.ts';
import { pooledDim, poolTokens, type TokenPool } from './pool-tokens.ts';
import { resamplePositions, type Grid } from './resample-positions.ts';
import { sinCosPositions2d } from './sin-cos-positions.ts';
import { createTransformerBlocks } from './transformer-block.ts';

/** What a vision transformer is made of. */
export interface VisionTransformerOptions {
  /** Size that the position embeddings are made for; the forward pass takes any multiple of the patch size. */
  readonly image: { readonly height: number; readonly width: number; readonly channels: number };
  /** Side of the square patches, in pixels. */
  readonly patchSize: number;
  /** Length of a token; default 192, vit-tiny's. */
  readonly dim?: number;
  /** Number of blocks; default 12. */
  readonly depth?: number;
  /** Attention heads; must divide `dim`. Default 3. */
  readonly heads?: number;
  /** Width of the MLPs, times `dim`; default 4. */
  readonly mlpRatio?: number;
  /** Drop path of the last block, [0, 1), rising linearly from 0 in the first; default 0. */
  readonly dropPath?: number;
  /** Position embeddings: trained (default), or MAE's fixed sines and cosines, which are a buffer. */
  readonly positions?: 'learned' | 'sincos';
  /** What `features` gives: the class token (default), the mean of the patch tokens, or both, after the last norm. */
  readonly pool?: TokenPool;
  readonly random: Random;
  /** How the blocks' linear weights start; default normal with deviation 0.02, as in timm. */
  readonly initializer?: Initializer;
}

/** Which patches run through a vision transformer. */
export interface TokenOptions {
  /** int32 `[batch, kept]`: for each sample the patches to run, numbered row by row from 0; default: all, in order. */
  readonly keep?: tf.Tensor2D | undefined;
}

/** A vision transformer encoder. All its outputs are taken after the last norm. */
export interface VisionTransformer extends Module<tf.Tensor4D, tf.Tensor2D> {
  readonly featureDim: number;
  readonly patchSize: number;
  /** Patches down and across of images of the size that it was built for. */
  readonly grid: Grid;
  /** Patches of such an image. */
  readonly patchCount: number;
  /** The class token, then the patches' tokens: `[batch, 1 + kept, dim]`. */
  tokens(x: tf.Tensor4D, options: TokenOptions, context: ForwardContext): tf.Tensor3D;
  /** The patches' tokens as a grid, `[batch, height / patchSize, width / patchSize, dim]`. */
  map(x: tf.Tensor4D, context: ForwardContext): tf.Tensor4D;
  /** One vector per image, `[batch, featureDim]`: see `pool`. The same as `forward`. */
  features(x: tf.Tensor4D, context: ForwardContext): tf.Tensor2D;
}

/**
 * A vision transformer (Dosovitskiy et al., 2021) as timm 1.0's `VisionTransformer` without its head: `cls_token`,
 * `pos_embed`, `patch_embed.proj`, `blocks.N` and `norm` under timm's names, started as timm starts them. The default
 * sizes are those of vit-tiny. For images of another size than it was built for the position embeddings are
 * interpolated (`resamplePositions`).
 *
 * @throws UserError if the patch size does not divide the image; in the forward pass, too
 */
export function createVisionTransformer(options: VisionTransformerOptions): VisionTransformer {
  const { image, patchSize, dim = 192, depth = 12, heads = 3, mlpRatio = 4, random } = options;
  const { positions = 'learned', pool = 'class', dropPath = 0, initializer = truncatedNormal02 } = options;
  assertHeads(dim, heads);
  const grid = patchGrid(image.height, image.width, patchSize);
  const patchCount = grid.height * grid.width;
  const embedding = createPatchEmbedding({
    channels: image.channels,
    patchSize,
    dim,
    random: random.split('patch_embed'),
  });
  const classToken = createParameter(classTokenStart(random.split('cls_token'), dim), [1, 1, dim], 'same');
  const learned = positions === 'learned';
  const positionTable = createParameter(
    learned
      ? truncatedNormal02(random.split('pos_embed'), (1 + patchCount) * dim, { fanIn: dim, fanOut: dim })
      : sinCosPositions2d(dim, grid.height, grid.width, { classToken: true }),
    [1, 1 + patchCount, dim],
    'same',
    learned,
  );
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
  const positionTree = new Map([['pos_embed', positionTable]]);
  const own = {
    parameters: new Map([['cls_token', classToken], ...(learned ? positionTree : [])]),
    buffers: learned ? new Map() : positionTree,
  };

  function tokens(x: tf.Tensor4D, { keep }: TokenOptions, context: ForwardContext): tf.Tensor3D {
    const size = gridOf(x);
    const [batch] = x.shape;
    const table = tf.reshape<tf.Rank.R2>(positionTable.variable, [1 + patchCount, dim]);
    const ofClass = tf.slice(table, [0, 0], [1, dim]);
    const ofPatches = resamplePositions(tf.slice(table, [1, 0], [patchCount, dim]), grid, size);
    const patches = tf.add(embedding.forward(x, context, keep), placed(ofPatches, keep));
    const first = tf.broadcastTo(tf.add(classToken.variable, ofClass), [batch, 1, dim]);
    const sequence = tf.concat([first as tf.Tensor3D, patches as tf.Tensor3D], 1);
    return norm.forward(blocks.forward(sequence, contextOf(context, 'blocks')), context);
  }

  function patchTokens(x: tf.Tensor4D, context: ForwardContext): tf.Tensor3D {
    const all = tokens(x, {}, context);
    return tf.slice(all, [0, 1, 0], [-1, -1, -1]);
  }

  function features(x: tf.Tensor4D, context: ForwardContext): tf.Tensor2D {
    return poolTokens(pool, tokens(x, {}, context));
  }

  function gridOf(x: tf.Tensor4D): Grid {
    const [, height, width, channels] = x.shape;
    if (x.rank !== 4 || channels !== image.channels) {
      throw new Error(
        `vision transformer: expected images [batch,height,width,${image.channels}], got [${x.shape.join(',')}]`,
      );
    }
    return patchGrid(height, width, patchSize);
  }

  return {
    ...treesOf({ '': own, patch_embed: embedding, blocks, norm }),
    featureDim: pooledDim(pool, dim),
    patchSize,
    grid,
    patchCount,
    tokens,
    map(x, context) {
      const { height, width } = gridOf(x);
      return tf.reshape(patchTokens(x, context), [-1, height, width, dim]);
    },
    features,
    forward: features,
  };
}

/** Positions of the patches that are run: `[1, patches, dim]`, or `[batch, kept, dim]`. */
function placed(positions: tf.Tensor2D, keep: tf.Tensor2D | undefined): tf.Tensor3D {
  const [count, dim] = positions.shape;
  if (keep === undefined) return tf.reshape(positions, [1, count, dim]);
  const [batch, kept] = keep.shape;
  return tf.reshape(tf.gather(positions, tf.reshape(keep, [batch * kept])), [batch, kept, dim]);
}

/** timm's: normal with deviation 1e-6. */
function classTokenStart(random: Random, dim: number): Float32Array {
  return Float32Array.from({ length: dim }, () => random.normal(0, 1e-6));
}

function assertHeads(dim: number, heads: number): void {
  if (dim % heads === 0) return;
  throw new UserError(`vision transformer: the number of heads must divide dim ${dim}, got ${heads}`);
}
