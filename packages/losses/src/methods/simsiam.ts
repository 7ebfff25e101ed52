import { createProjectionHead, type Module } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { simsiamLoss } from '../losses/simsiam-loss.ts';
import type { MethodDefinition } from '../method.ts';
import { stopGradient } from '../parts/stop-gradient.ts';
import { twoViews } from '../parts/two-views.ts';
import { viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  outDim: z
    .int()
    .min(1)
    .default(512)
    .describe('length of a projection, and size of the projector’s hidden layers (paper: 2048)'),
  projectorLayers: z
    .int()
    .min(1)
    .default(2)
    .describe('linear layers of the projector (paper: 3 for ImageNet, 2 for CIFAR-10)'),
  predictorDim: z
    .int()
    .min(1)
    .default(128)
    .describe('size of the predictor’s hidden layer, a bottleneck (paper: 512)'),
  predictor: z.boolean().default(true).describe('false: none, which lets the features collapse'),
  stopGradient: z
    .boolean()
    .default(true)
    .describe('whether targets are constants; false lets the features collapse'),
});

/** Options of SimSiam; `simsiam.options` has their defaults and descriptions. */
export type SimsiamOptions = z.infer<typeof optionsSchema>;

type Projector = Module<tf.Tensor2D, tf.Tensor2D>;

/** What SimSiam adds to the backbone. */
export interface SimsiamRoles {
  readonly modules: { readonly projector: Projector; readonly predictor?: Projector };
}

/**
 * SimSiam (Chen and He, CVPR 2021): one view predicts the projection of the other, without negatives and without a
 * second network. The stopped gradient of the targets and the predictor keep the features from collapsing.
 *
 * In the authors' code the predictor's learning rate stays constant; here it follows the schedule with the rest.
 */
export const simsiam: MethodDefinition<SimsiamOptions, SimsiamRoles> = {
  name: 'simsiam',
  description: 'predicts one view’s projection from the other view’s, with stopped gradients',
  paper: {
    title: 'Exploring Simple Siamese Representation Learning',
    authors: 'Xinlei Chen, Kaiming He',
    venue: 'CVPR 2021',
    url: 'https://arxiv.org/abs/2011.10566',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 64 images',
      training: {
        batchSize: 64,
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    cifar10: {
      description: 'the paper’s for CIFAR-10 (appendix D): ResNet-18, 800 epochs (for GPUs)',
      options: { outDim: 2048, predictorDim: 512 },
      training: {
        backbone: { name: 'resnet18', stem: 'cifar' },
        epochs: 800,
        batchSize: 512,
        microBatch: 64,
        optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
  },
  collapseAdvice:
    'keep methodOptions.predictor and methodOptions.stopGradient true, or lower optimizer.learningRate',

  views: (_options, { augmentation }) => twoViews(augmentation),

  init({ backbone, random }, { outDim, projectorLayers, predictorDim, predictor }) {
    const shared = { activation: 'relu', normalize: false, initialization: 'pytorch' } as const;
    return {
      modules: {
        projector: createProjectionHead({
          ...{ inDim: backbone.featureDim, hiddenDim: outDim, hiddenLayers: projectorLayers - 1, outDim },
          ...{ outputNorm: true, random: random.split('projector'), ...shared },
        }),
        ...(predictor && {
          predictor: createProjectionHead({
            ...{ inDim: outDim, hiddenDim: predictorDim, hiddenLayers: 1, outDim },
            ...{ random: random.split('predictor'), ...shared },
          }),
        }),
      },
    };
  },

  forward({ backbone, modules: { projector, predictor } }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    const predictions = predictor?.forward(projections, at.forward) ?? projections;
    return {
      features: sampleMajor(features, 2),
      projections: sampleMajor(projections, 2),
      predictions: sampleMajor(predictions, 2),
    };
  },

  objective({ projections, predictions }, _views, { options }) {
    const rows = viewMajor(projections as tf.Tensor);
    const targets = options.stopGradient ? stopGradient([rows], () => tf.clone(rows)) : rows;
    return { loss: simsiamLoss(viewMajor(predictions as tf.Tensor), targets) };
  },

  metrics: () => ({
    loss: { title: 'negative cosine of predictions and targets', range: [-1, 1], chance: 0 },
  }),
};
