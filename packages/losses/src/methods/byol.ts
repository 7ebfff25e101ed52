import { cifar10SmallRecipe } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import {
  copyTree,
  createProjectionHead,
  freezeTree,
  mergeTrees,
  treesOf,
  type Backbone,
  type BufferTree,
  type HostBuffer,
  type Module,
  type Parameter,
} from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { byolLoss } from '../byol-loss.ts';
import { cosineMomentum } from '../cosine-momentum.ts';
import { updateEma } from '../ema.ts';
import type { MethodDefinition, MethodState, Progress } from '../method.ts';
import { stopGradient } from '../stop-gradient.ts';
import { viewFeatures } from '../view-features.ts';

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

/** The network that gives the targets: no gradient reaches it, and it follows by moving average. */
export interface ByolTarget {
  readonly backbone: Backbone;
  readonly projector: Projector;
}

/** State of BYOL. The target is all buffers, below `target.`. */
export interface ByolState extends MethodState {
  readonly options: ByolOptions;
  readonly projector: Projector;
  readonly predictor?: Projector;
  readonly target?: ByolTarget;
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
export const byol: MethodDefinition<ByolOptions, ByolState> = {
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
  },
  collapseAdvice:
    'keep methodOptions.predictor true and methodOptions.target "ema", raise methodOptions.momentum towards 1, or lower optimizer.learningRate',

  views(_options, { height, width, channels }) {
    if (height !== width || channels !== 3) {
      throw new UserError(
        `byol: its views are square and RGB, images of ${height}×${width}×${channels} are not; set a square image size`,
      );
    }
    return cifar10SmallRecipe({ imageSize: height });
  },

  init({ backbone, random }, options) {
    const projector = createMlp(backbone.featureDim, options, random.split('projector'));
    const predictor = options.predictor
      ? createMlp(options.outDim, options, random.split('predictor'))
      : undefined;
    const target = options.target === 'ema' ? createTarget(backbone, projector, options, random) : undefined;

    const { parameters, buffers } = treesOf({ backbone, projector, ...(predictor && { predictor }) });
    const kept = target ? { '': buffers, target: targetTree(target) } : { '': buffers };
    return {
      backbone,
      options,
      projector,
      trainable: parameters,
      buffers: mergeTrees(kept),
      ...(predictor && { predictor }),
      ...(target && { target }),
    };
  },

  loss({ backbone, projector, predictor, target, options }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    const predictions = predictor?.forward(projections, at.forward) ?? projections;
    const images = Object.values(views.groups).map((group) => group.images);
    const targets = target
      ? stopGradient(images, () =>
          target.projector.forward(viewFeatures(target.backbone, views, at.forward), at.forward),
        )
      : projections;
    return {
      loss: byolLoss(predictions, targets),
      features,
      projections,
      ...(target && { metrics: { targetMomentum: tf.scalar(momentumAt(options, at)) } }),
    };
  },

  afterStep({ backbone, projector, target, options }, context) {
    if (target === undefined) return;
    const momentum = momentumAt(options, context);
    updateEma(backbone.parameters, target.backbone.parameters, momentum);
    updateEma(projector.parameters, target.projector.parameters, momentum);
  },
};

function momentumAt(
  { momentum: base }: ByolOptions,
  { step, totalSteps }: Pick<Progress, 'step' | 'totalSteps'>,
): number {
  return cosineMomentum(step, { base, totalSteps });
}

/** Linear → batch norm → ReLU → linear: BYOL's projector and predictor. */
function createMlp(inDim: number, { hiddenDim, outDim }: ByolOptions, random: Random): Projector {
  return createProjectionHead({
    ...{ inDim, hiddenDim, hiddenLayers: 1, outDim, random },
    ...{ activation: 'relu', normalize: false, initialization: 'pytorch' },
  });
}

/** A copy of backbone and projector that no optimizer changes. */
function createTarget(
  backbone: Backbone,
  projector: Projector,
  options: ByolOptions,
  random: Random,
): ByolTarget {
  const target = { backbone: backbone.clone(), projector: createMlp(backbone.featureDim, options, random) };
  copyTree(projector.parameters, target.projector.parameters);
  freezeTree(target.backbone.parameters);
  freezeTree(target.projector.parameters);
  return target;
}

function targetTree(target: ByolTarget): BufferTree {
  const { parameters, buffers } = treesOf({ ...target });
  return new Map<string, Parameter | HostBuffer>([...parameters, ...buffers]);
}
