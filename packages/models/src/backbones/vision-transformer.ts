import { imageSpecOf, type InputSpec } from '@ssl/augment';
import { globalAveragePool } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import { createRandom, type Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Backbone, TokenEncoder } from '../backbone.ts';
import { truncatedNormal02, xavierUniform, zeros, type Initializer } from '../initializers.ts';
import type { ForwardContext } from '../module.ts';
import { copyTree } from '../parameter-tree.ts';
import { poolTokens, type TokenPool } from '../transformer/pool-tokens.ts';
import { createVisionTransformer } from '../transformer/vision-transformer.ts';
import type { AnyBackboneKind } from './backbone-kind.ts';

/** The default sizes of a member of the family. */
interface VisionTransformerSize {
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
}

/** Options of a vision transformer that do not depend on the input. */
interface VisionTransformerSettings extends VisionTransformerSize {
  readonly mlpRatio: number;
  readonly patchSize: number;
  readonly positions: 'learned' | 'sincos';
  readonly pool: TokenPool;
  readonly dropPath: number;
  readonly initialization: 'timm' | 'xavier';
}

type Options = Omit<VisionTransformerSettings, 'patchSize'> & { readonly patchSize?: number | undefined };

const initializers: Readonly<Record<VisionTransformerSettings['initialization'], Initializer>> = {
  timm: truncatedNormal02,
  xavier: xavierUniform,
};

/**
 * Vision transformers (Dosovitskiy et al., 2021) by timm's names: `vit-tiny` is timm's `vit_tiny`, and `vit-micro` is
 * small enough for a CPU. Other sizes come by the options: `dim` 768, `depth` 12 and `heads` 12 make a ViT-Base.
 *
 * They take any inputs `[height, width, channels]`, spectrograms included. Inputs of other sizes than those they were
 * built for, such as local crops, have their position embeddings interpolated; what is left of a side after its last
 * whole patch is not seen, as in DINO's code.
 */
export const visionTransformers: readonly AnyBackboneKind[] = [
  defineKind('vit-micro', 'a vision transformer of 0.8 million weights, small enough to train on a CPU', {
    dim: 96,
    depth: 6,
    heads: 3,
  }),
  defineKind('vit-tiny', 'timm’s vit_tiny, 5.4 million weights: for a GPU, or with a smaller dim and depth', {
    dim: 192,
    depth: 12,
    heads: 3,
  }),
];

function defineKind(name: string, description: string, size: VisionTransformerSize): AnyBackboneKind {
  return {
    name,
    description,
    options: optionsSchema(size) as unknown as AnyBackboneKind['options'],
    offers: ['map', 'tokens'],
    patchSize(input, options) {
      const side = (options as Options).patchSize ?? defaultPatchSize(input);
      return [side, side];
    },
    needs(input) {
      if (input.shape.length !== 3 || input.dtype !== 'float32') {
        return 'inputs [height, width, channels], such as images';
      }
      return defaultPatchSize(input) > 1 ? undefined : 'sides that patches of at least 2×2 pixels can tile';
    },
    create(input, given, random) {
      const { patchSize = defaultPatchSize(input), ...options } = given as Options;
      return createBackboneOf(name, input, { ...options, patchSize }, random, true);
    },
  };
}

function optionsSchema({ dim, depth, heads }: VisionTransformerSize) {
  return z.strictObject({
    patchSize: z
      .int()
      .min(1)
      .optional()
      .describe(
        'side of the square patches; default: the largest that divides both sides, up to 4 for inputs with a side below 64, else up to 16',
      ),
    dim: z.int().min(4).default(dim).describe('length of a token'),
    depth: z.int().min(1).default(depth).describe('number of blocks'),
    heads: z.int().min(1).default(heads).describe('attention heads; must divide dim'),
    mlpRatio: z.number().positive().default(4).describe('width of the MLPs, times dim'),
    positions: z
      .enum(['learned', 'sincos'])
      .default('learned')
      .describe('position embeddings: learned, or MAE’s fixed sines and cosines'),
    pool: z
      .enum(['mean', 'class', 'class-mean'])
      .default('mean')
      .describe(
        'the features: the mean of the patches’ tokens (Beyer et al., 2022: better for small models), the class token, or both, one after the other, as DINO scores its larger models',
      ),
    dropPath: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('probability of skipping a branch of the last block, rising from 0 in the first'),
    initialization: z
      .enum(['timm', 'xavier'])
      .default('timm')
      .describe('how linear layers start: normal with deviation 0.02, or Xavier’s uniform, as MAE’s'),
  });
}

/** The largest side up to the usual one that divides both sides: 4 at 32×32 and 28×28, 16 at 224×224. */
function defaultPatchSize(input: InputSpec): number {
  const { height, width } = imageSpecOf(input);
  const usual = Math.min(height, width) < 64 ? 4 : 16;
  for (let side = usual; side > 1; side--) {
    if (height % side === 0 && width % side === 0) return side;
  }
  return 1;
}

/** @param isFresh whether the weights are to be drawn; false where others take their place right away */
function createBackboneOf(
  name: string,
  input: InputSpec,
  settings: VisionTransformerSettings,
  random: Random,
  isFresh: boolean,
): Backbone {
  const { patchSize, pool, dim } = settings;
  const image = imageSpecOf(input);
  const network = createVisionTransformer({
    ...settings,
    image,
    random,
    initializer: isFresh ? initializers[settings.initialization] : zeros,
  });
  const { grid } = network;

  /** What whole patches cover of the inputs. */
  function covered(x: tf.Tensor): tf.Tensor4D {
    const [batch, height = 0, width = 0, channels = 0] = x.shape;
    const [rows, columns] = [height - (height % patchSize), width - (width % patchSize)];
    if (rows === 0 || columns === 0) {
      throw new UserError(
        `${name}: inputs of ${height}×${width} are smaller than a patch of ${patchSize}×${patchSize}; use larger inputs or smaller patches`,
      );
    }
    if (rows === height && columns === width) return x as tf.Tensor4D;
    return tf.slice(x as tf.Tensor4D, [0, 0, 0, 0], [batch as number, rows, columns, channels]);
  }

  const map = (x: tf.Tensor, context: ForwardContext): tf.Tensor4D => network.map(covered(x), context);
  const encode: TokenEncoder['encode'] = (x, context, { keep } = {}) =>
    network.tokens(covered(x), { keep }, context);
  const tokens: TokenEncoder = {
    count: network.patchCount,
    dim,
    prefix: 1,
    grid: [grid.height, grid.width],
    patchSize: [patchSize, patchSize],
    encode,
    encodeAndPool(x, context, selection) {
      const encoded = encode(x, context, selection);
      return { tokens: encoded, features: poolTokens(pool, encoded) };
    },
  };
  const backbone: Backbone = {
    name,
    settings: { name, options: { ...settings }, input },
    featureDim: network.featureDim,
    parameters: network.parameters,
    buffers: network.buffers,
    features: (x, context) => network.features(covered(x), context),
    map,
    // A class token cannot be made of a map.
    ...(pool === 'mean' && { poolMap: globalAveragePool }),
    tokens,
    clone() {
      const copy = createBackboneOf(name, input, settings, createRandom(0), false);
      copyTree(backbone.parameters, copy.parameters);
      copyTree(backbone.buffers, copy.buffers);
      return copy;
    },
  };
  return backbone;
}
