import { vocabularyOf, type InputSpec } from '@ssl/augment';
import { createRandom, type Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Backbone } from '../backbone.ts';
import { truncatedNormal02, zeros, type Initializer } from '../initializers.ts';
import { copyTree } from '../parameter-tree.ts';
import { createTextTransformer } from '../transformer/text-transformer.ts';
import type { AnyBackboneKind } from './backbone-kind.ts';

const name = 'text-transformer';

const optionsSchema = z.strictObject({
  dim: z.int().min(1).default(128).describe('length of a token’s vector'),
  depth: z.int().min(1).default(2).describe('transformer blocks'),
  heads: z.int().min(1).default(4).describe('attention heads; must divide dim'),
  mlpRatio: z.number().positive().default(4).describe('width of the MLPs, times dim'),
  kernelSize: z
    .int()
    .min(1)
    .default(5)
    .describe('neighbouring tokens that a convolution mixes before the blocks, an odd number; 1: none'),
  localDim: z
    .int()
    .min(1)
    .optional()
    .describe(
      'channels of that convolution, which a linear layer brings back to dim; default: dim, without one',
    ),
  features: z
    .enum(['tokens', 'hidden'])
    .default('tokens')
    .describe(
      'what the features are the mean of: tokens, or with them the hidden units of the convolution and all MLPs, in which a linear probe sees more',
    ),
  dropPath: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('probability of skipping a branch of the last block in training; less in the blocks before'),
});

/** Options of the text transformer, defaults filled in. */
type TextTransformerSettings = z.output<typeof optionsSchema>;

/**
 * A transformer encoder over token ids (`createTextTransformer`); its features are a mean over the tokens. It takes
 * sequences up to the length of its input.
 */
export const textTransformer: AnyBackboneKind = {
  name,
  description: 'a transformer encoder of token sequences, such as the bytes of a text',
  options: optionsSchema as unknown as AnyBackboneKind['options'],
  offers: ['tokens'],
  needs: ({ shape, dtype, vocabulary }) =>
    shape.length === 1 && dtype === 'int32' && vocabulary !== undefined
      ? undefined
      : 'sequences of token ids [length], such as texts',
  create: (input, options, random) =>
    createBackboneOf(input, options as unknown as TextTransformerSettings, random, truncatedNormal02),
};

function createBackboneOf(
  input: InputSpec,
  options: TextTransformerSettings,
  random: Random,
  initializer: Initializer,
): Backbone {
  const [length = 1] = input.shape;
  const { vocabulary, paddingId } = vocabularyOf(input);
  const { parameters, buffers, featureDim, ...network } = createTextTransformer({
    ...options,
    ...{ vocabulary, paddingId, length, random, initializer },
  });
  const backbone: Backbone = {
    name,
    settings: { name, options: { ...options }, input },
    ...{ parameters, buffers, featureDim },
    features: (x, context) => network.features(x as tf.Tensor2D, context),
    tokens: {
      count: length,
      dim: options.dim,
      prefix: 0,
      grid: [1, length],
      encode: (x, context, { keep } = {}) => network.tokens(x as tf.Tensor2D, context, keep),
      encodeAndPool: (x, context, { keep } = {}) =>
        network.tokensAndFeatures(x as tf.Tensor2D, context, keep),
    },
    clone() {
      const copy = createBackboneOf(input, options, createRandom(0), zeros);
      copyTree(backbone.parameters, copy.parameters);
      copyTree(backbone.buffers, copy.buffers);
      return copy;
    },
  };
  return backbone;
}
