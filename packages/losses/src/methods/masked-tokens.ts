import { tokensTarget, viewTransforms, vocabularyOf, type InputSpec } from '@ssl/augment';
import { gelu } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import {
  createLayerNorm,
  createLinear,
  forwardRows,
  gatherIds,
  gatherTokens,
  requireTokens,
  treesOf,
  truncatedNormal02,
  type Backbone,
  type BufferTree,
  type EncodedTokens,
  type ForwardContext,
  type HostBuffer,
  type Module,
} from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { maskedTokenLoss } from '../losses/masked-token-loss.ts';
import { unigramPerplexity } from '../losses/perplexity.ts';
import type { MethodDefinition, Views } from '../method.ts';
import { groupOf } from '../parts/view-features.ts';

const share = z.number().min(0).max(1);

const optionsSchema = z
  .strictObject({
    maskRatio: z
      .number()
      .positive()
      .max(1)
      .default(0.15)
      .describe('share of the tokens that are to be predicted (authors: 0.15)'),
    spanLength: z
      .int()
      .min(1)
      .default(1)
      .describe('neighbouring tokens that are hidden together (authors: 1)'),
    keepShare: share.default(0.1).describe('share of the chosen tokens that stay as they are (authors: 0.1)'),
    randomShare: share.default(0.1).describe('share of the chosen tokens that become others (authors: 0.1)'),
  })
  .refine(({ keepShare, randomShare }) => keepShare + randomShare <= 1, {
    path: ['randomShare'],
    error: 'keepShare and randomShare must not exceed 1 together',
  });

/** Options of masked tokens; `maskedTokens.options` has their defaults and descriptions. */
export type MaskedTokensOptions = z.infer<typeof optionsSchema>;

type Head = Module<tf.Tensor, tf.Tensor>;

/** What masked tokens adds to the backbone. The head is thrown away after training. */
export interface MaskedTokensRoles {
  readonly modules: { readonly head: Head };
  readonly memory: {
    readonly unigrams: {
      readonly buffers: BufferTree;
      /** How often each ordinary token occurs in the training data; 0 for all before they are counted. */
      readonly counts: Float64Array;
    };
  };
}

/** The only group of views. */
const groupName = 'masked';

/**
 * Masked token prediction (Devlin et al., BERT, NAACL 2019, section 3.1): some tokens are hidden, and predicted from
 * those around them. BERT's head (linear, GELU, layer norm, linear), with an output layer of its own. Features are the
 * mean over the tokens.
 *
 * Metrics: `perplexity` of the hidden tokens, e to the power of the loss; `unigramPerplexity`, that of the tokens'
 * frequencies in the training data as evaluation cuts it, counted before the first step: what prediction without
 * context achieves.
 */
export const maskedTokens: MethodDefinition<MaskedTokensOptions, MaskedTokensRoles> = {
  name: 'masked-tokens',
  description: 'hides tokens of a sequence and predicts them from the others: BERT’s pretraining, on bytes',
  paper: {
    title: 'BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding',
    authors: 'Jacob Devlin, Ming-Wei Chang, Kenton Lee, Kristina Toutanova',
    venue: 'NAACL 2019',
    url: 'https://arxiv.org/abs/1810.04805',
  },
  options: optionsSchema,
  presets: {
    'text-small': {
      description:
        'texts as bytes on a CPU in 8 epochs: parts of words to predict, by a small network whose hidden units are the features',
      options: { maskRatio: 0.25, spanLength: 3 },
      training: {
        backbone: {
          ...{ name: 'text-transformer', dim: 64, depth: 1, heads: 2 },
          ...{ kernelSize: 7, localDim: 512, features: 'hidden' },
        },
        epochs: 8,
        batchSize: 16,
        optimizer: { name: 'adamw', learningRate: 0.003, weightDecay: 0.01, beta2: 0.98 },
        schedule: { name: 'cosine', warmupEpochs: 0.5 },
      },
    },
  },
  collapseAdvice:
    'lower optimizer.learningRate, or warm up longer (schedule.warmupEpochs); many identical or very short texts make features alike, too',

  augmentationStrength: 'weak',

  views(options, { augmentation, input }) {
    checkTokens(input);
    const { maskRatio: ratio, spanLength, keepShare, randomShare } = options;
    const mask = { name: 'maskTokens', ratio, spanLength, keepShare, randomShare };
    return { groups: { [groupName]: { count: 1, transforms: [...viewTransforms(augmentation, 1), mask] } } };
  },

  init({ backbone, random, input }) {
    const { dim } = requireTokens('masked-tokens', backbone);
    const { ordinaryTokens } = vocabularyOf(input);
    const counts = new Float64Array(ordinaryTokens);
    const buffers = new Map<string, HostBuffer>([['counts', { shape: [ordinaryTokens], data: counts }]]);
    return {
      modules: { head: createHead(dim, ordinaryTokens, random.split('head')) },
      memory: { unigrams: { buffers, counts } },
    };
  },

  async beforeStep({ memory }, { sweep }) {
    const { counts } = memory.unigrams;
    if (isCounted(counts)) return;
    for await (const { inputs } of sweep()) {
      for (const id of await inputs.data<'int32'>()) {
        if (id < counts.length) counts[id] = (counts[id] as number) + 1;
      }
    }
  },

  forward({ backbone, modules: { head } }, views, { options, forward }) {
    const { inputs } = groupOf(views, groupName);
    const { features, tokens } = encode(backbone, inputs, forward);
    // The output layer is as wide as the vocabulary: it runs on the tokens that the loss asks for, and on no others.
    const chosen = gatherTokens(tokens, chosenPlaces(targetsOf(views), options));
    return { features, logits: head.forward(chosen, forward) };
  },

  objective({ logits }, views, { memory, options }) {
    const { counts } = memory.unigrams;
    const targets = targetsOf(views);
    const ofChosen = gatherIds(targets, chosenPlaces(targets, options));
    const loss = maskedTokenLoss(logits as tf.Tensor3D, ofChosen);
    const baseline = isCounted(counts) ? unigramPerplexity(counts) : counts.length;
    return { loss, metrics: { perplexity: tf.exp(loss), unigramPerplexity: tf.scalar(baseline) } };
  },

  metrics(_options, { input }) {
    const { ordinaryTokens } = vocabularyOf(input);
    return {
      loss: {
        title: 'cross-entropy of the hidden tokens',
        unit: 'nats',
        chance: Math.log(ordinaryTokens),
      },
      perplexity: {
        title: 'perplexity of the hidden tokens',
        range: [1, ordinaryTokens],
        chance: ordinaryTokens,
        isHeadline: true,
        measuredOnTest: true,
      },
      unigramPerplexity: {
        title: 'perplexity of the tokens’ frequencies: prediction without context',
        range: [1, ordinaryTokens],
        measuredOnTest: true,
      },
    };
  },

  parameterGroups: () => [
    {
      includes: (name, shape) => shape.length <= 1 || name.endsWith('pos_embed'),
      weightDecayFactor: 0,
    },
  ],

  examples({ backbone, modules: { head } }, views) {
    const { inputs } = groupOf(views, groupName);
    const targets = targetsOf(views);
    return tf.tidy(() => {
      const forward = { training: false };
      const logits = head.forward(encode(backbone, inputs, forward).tokens, forward);
      const isChosen = tf.greaterEqual(targets, 0);
      const predicted = tf.cast(tf.argMax(logits, 2), 'int32');
      return [
        { name: 'input', inputs: tf.clone(inputs) },
        { name: 'prediction', inputs: tf.where(isChosen, predicted, inputs) },
        { name: 'target', inputs: tf.where(isChosen, targets, inputs) },
      ];
    });
  },
};

/** @throws UserError if the samples are no tokens that can be hidden */
function checkTokens({ modality, maskId }: InputSpec): void {
  if (maskId !== undefined) return;
  throw new UserError(
    `masked-tokens learns from sequences of tokens, such as texts, and these samples are of the kind "${modality}"; use another method, or a folder of texts`,
  );
}

/** Features, and the tokens without a class token. */
function encode(backbone: Backbone, inputs: tf.Tensor, context: ForwardContext): EncodedTokens {
  const { encodeAndPool, prefix } = requireTokens('masked-tokens', backbone);
  const { tokens: encoded, features } = encodeAndPool(inputs, context);
  const [batch, all, dim] = encoded.shape;
  const tokens = prefix === 0 ? encoded : tf.slice(encoded, [0, prefix, 0], [batch, all - prefix, dim]);
  return { features, tokens };
}

/**
 * Where the chosen tokens of each sample stand, int32 `[batch, count]`. All samples have the same count, that of the
 * longest sequence: shorter ones fill it with tokens that are not chosen.
 */
function chosenPlaces(targets: tf.Tensor2D, { maskRatio }: MaskedTokensOptions): tf.Tensor2D {
  const count = Math.max(1, Math.round(maskRatio * targets.shape[1]));
  const { indices } = tf.topk(tf.cast(tf.greaterEqual(targets, 0), 'float32'), count);
  return tf.cast(indices, 'int32') as tf.Tensor2D;
}

/** BERT's head, `[…, dim]` → `[…, tokens]`. */
function createHead(dim: number, tokens: number, random: Random): Head {
  const initializer = truncatedNormal02;
  const dense = createLinear({ inDim: dim, outDim: dim, random: random.split('dense'), initializer });
  const norm = createLayerNorm({ dim });
  const output = createLinear({ inDim: dim, outDim: tokens, random: random.split('output'), initializer });
  return {
    ...treesOf({ dense, norm, output }),
    forward(x, context) {
      const hidden = norm.forward(gelu(forwardRows(dense, x, context)), context);
      return forwardRows(output, hidden, context);
    },
  };
}

function targetsOf(views: Views): tf.Tensor2D {
  return groupOf(views, groupName).targets[tokensTarget] as tf.Tensor2D;
}

function isCounted(counts: Float64Array): boolean {
  return counts.some((count) => count > 0);
}
