import { createProjectionHead, type Module } from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { byolLoss } from '../losses/byol-loss.ts';
import type { MethodDefinition, Progress } from '../method.ts';
import { cosineMomentum } from '../parts/cosine-momentum.ts';
import { mnistSmallTraining } from '../parts/mnist-small.ts';
import { createMomentumNetwork, followNetwork, type MomentumNetwork } from '../parts/momentum-network.ts';
import { stopGradient } from '../parts/stop-gradient.ts';
import { twoViews } from '../parts/two-views.ts';
import { viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  hiddenDim: z
    .int()
    .min(1)
    .default(512)
    .describe('size of the hidden layer of projector and predictor (paper: 4096)'),
  outDim: z.int().min(1).default(128).describe('length of a projection (paper: 256)'),
  momentum: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe('of the target at the start, growing to 1 by a cosine over training (paper: 0.996)'),
  predictor: z.boolean().default(true).describe('false: none, which lets the features collapse'),
  target: z
    .enum(['ema', 'online'])
    .default('ema')
    .describe(
      'what gives the targets: the moving average, or the trained network itself, gradient included, which collapses',
    ),
});

/** Options of BYOL; `byol.options` has their defaults and descriptions. */
export type ByolOptions = z.infer<typeof optionsSchema>;

type Projector = Module<tf.Tensor2D, tf.Tensor2D>;

/** What BYOL adds to the backbone. */
export interface ByolRoles {
  readonly modules: { readonly projector: Projector; readonly predictor?: Projector };
  readonly frozen: { readonly target?: MomentumNetwork };
}

/**
 * BYOL, "Bootstrap Your Own Latent" (Grill et al., NeurIPS 2020): one view predicts what a slowly following copy of
 * the network makes of the other. No negatives: predictor and stop-gradient keep the features from collapsing.
 *
 * The target runs on its batch's own statistics and keeps running ones of its own; its weights follow by
 * `target ← m · target + (1 − m) · online` after each step, with m from `momentum` to 1 by a cosine.
 *
 * Metric: `targetMomentum`.
 */
export const byol: MethodDefinition<ByolOptions, ByolRoles> = {
  name: 'byol',
  description:
    'predicts one view’s projection by a slowly following copy of the network from the other view’s',
  paper: {
    title: 'Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning',
    authors: 'Jean-Bastien Grill and others',
    venue: 'NeurIPS 2020',
    url: 'https://arxiv.org/abs/2006.07733',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 64 images',
      // The reference program's 256 images at twice the rate scored 6 points less (linear). Its loss is half of this
      // one and its decay 5e-4: half the rate and twice the decay make the same steps.
      training: {
        batchSize: 64,
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 1e-3 },
      },
    },
    'mnist-small': {
      description: 'handwritten digits on a CPU in a few minutes',
      options: { hiddenDim: 256 },
      training: {
        ...mnistSmallTraining,
        epochs: 12,
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 1e-3 },
      },
    },
    'sound-small': {
      description: 'spoken words on a CPU in a few minutes',
      options: { hiddenDim: 512, outDim: 128 },
      training: {
        backbone: {
          ...{ name: 'audio-cnn', width: 16, hiddenDim: 128, featureDim: 32 },
          ...{ pieces: 4, linearNorm: true },
        },
        augmentation: 'voices',
        epochs: 16,
        batchSize: 32,
        // At twice the rate, a momentum of 0.97 or a tenth of the decay, the loss falls further and the features say less.
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 1e-3 },
      },
    },
  },
  collapseAdvice:
    'keep methodOptions.predictor true and methodOptions.target "ema", raise methodOptions.momentum towards 1, or lower optimizer.learningRate',

  views: (_options, { augmentation }) => twoViews(augmentation),

  init({ backbone, random }, options) {
    const projector = createMlp(backbone.featureDim, options, random.split('projector'));
    const predictor = options.predictor
      ? createMlp(options.outDim, options, random.split('predictor'))
      : undefined;
    const target =
      options.target === 'ema'
        ? createMomentumNetwork(backbone, projector, createMlp(backbone.featureDim, options, random))
        : undefined;
    return {
      modules: { projector, ...(predictor && { predictor }) },
      frozen: target ? { target } : {},
    };
  },

  forward({ backbone, modules: { projector, predictor }, frozen: { target } }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    const predictions = predictor?.forward(projections, at.forward) ?? projections;
    const inputs = Object.values(views.groups).map((group) => group.inputs);
    const targets = target
      ? stopGradient(inputs, () =>
          target.projector.forward(viewFeatures(target.backbone, views, at.forward), at.forward),
        )
      : projections;
    return {
      features: sampleMajor(features, 2),
      projections: sampleMajor(projections, 2),
      predictions: sampleMajor(predictions, 2),
      targets: sampleMajor(targets, 2),
    };
  },

  objective({ predictions, targets }, _views, at) {
    return {
      loss: byolLoss(viewMajor(predictions as tf.Tensor), viewMajor(targets as tf.Tensor)),
      ...(at.options.target === 'ema' && { metrics: { targetMomentum: tf.scalar(momentumAt(at)) } }),
    };
  },

  afterStep({ backbone, modules: { projector }, frozen: { target } }, _outputs, _views, at) {
    if (target === undefined) return;
    followNetwork(target, { backbone, projector }, momentumAt(at));
  },

  metrics: () => ({
    loss: { title: 'squared distance of normalised predictions and targets', range: [0, 8], chance: 4 },
    targetMomentum: { title: 'momentum of the target', range: [0, 1] },
  }),
};

function momentumAt({ options, step, totalSteps }: Progress<ByolOptions>): number {
  return cosineMomentum(step, { base: options.momentum, totalSteps });
}

/** Linear → batch norm → ReLU → linear: BYOL's projector and predictor. */
function createMlp(inDim: number, { hiddenDim, outDim }: ByolOptions, random: Random): Projector {
  return createProjectionHead({
    ...{ inDim, hiddenDim, hiddenLayers: 1, outDim, random },
    ...{ activation: 'relu', normalize: false, initialization: 'pytorch' },
  });
}
