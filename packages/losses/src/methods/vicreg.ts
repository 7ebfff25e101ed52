import { createProjectionHead, type Module } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { vicregLoss } from '../losses/vicreg-loss.ts';
import type { MethodDefinition } from '../method.ts';
import { twoViews } from '../parts/two-views.ts';
import { viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  hiddenDim: z.int().min(1).default(512).describe('size of the expander’s hidden layers (paper: 8192)'),
  hiddenLayers: z.int().min(0).default(1).describe('hidden layers of the expander (paper: 2)'),
  outDim: z.int().min(2).default(512).describe('length of an embedding (paper: 8192)'),
  invariance: z.number().min(0).default(25).describe('weight of the distance of the two views'),
  variance: z
    .number()
    .min(0)
    .default(25)
    .describe('weight of the deviations that fall short of 1; 0 lets the features collapse'),
  covariance: z.number().min(0).default(1).describe('weight of the covariances of different dimensions'),
});

/** Options of VICReg; `vicreg.options` has their defaults and descriptions. */
export type VicregOptions = z.infer<typeof optionsSchema>;

/** What VICReg adds to the backbone. */
export interface VicregRoles {
  readonly modules: { readonly expander: Module<tf.Tensor2D, tf.Tensor2D> };
}

/**
 * VICReg, variance-invariance-covariance regularisation (Bardes, Ponce and LeCun, ICLR 2022): the embeddings of two
 * views are drawn together, while each dimension keeps its variance over the batch and covaries with no other. No
 * negatives, no second network, no predictor.
 *
 * Metrics: `invariance`, `variance` and `covariance`, the terms of the loss before their weights; `deviation`, the mean
 * over dimensions of the deviation of embeddings over the batch.
 */
export const vicreg: MethodDefinition<VicregOptions, VicregRoles> = {
  name: 'vicreg',
  description: 'draws two views together, and keeps the variance of each dimension and their independence',
  paper: {
    title: 'VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning',
    authors: 'Adrien Bardes, Jean Ponce, Yann LeCun',
    venue: 'ICLR 2022',
    url: 'https://arxiv.org/abs/2105.04906',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 128 images',
      // The loss is about ten times that of other methods, and so is its gradient.
      training: {
        batchSize: 128,
        optimizer: { name: 'sgd', learningRate: 0.003, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    imagenet: {
      description: 'the paper’s: ResNet-50, 1000 epochs in steps of 2048 images (for GPUs)',
      options: { hiddenDim: 8192, hiddenLayers: 2, outDim: 8192 },
      training: {
        backbone: { name: 'resnet50' },
        input: { size: 224 },
        augmentation: 'byol-imagenet',
        normalization: 'imagenet',
        epochs: 1000,
        batchSize: 2048,
        microBatch: 64,
        optimizer: {
          name: 'lars',
          variant: 'barlow-twins',
          learningRate: 1.6,
          momentum: 0.9,
          weightDecay: 1e-6,
        },
        schedule: { name: 'cosine', warmupEpochs: 10 },
      },
    },
  },
  collapseAdvice: 'raise methodOptions.variance, or lower optimizer.learningRate',

  views: (_options, { augmentation }) => twoViews(augmentation),

  init: ({ backbone, random }, { hiddenDim, hiddenLayers, outDim }) => ({
    modules: {
      expander: createProjectionHead({
        ...{ inDim: backbone.featureDim, hiddenDim, hiddenLayers, outDim, random: random.split('expander') },
        ...{ activation: 'relu', normalize: false, initialization: 'pytorch', outputBias: false },
      }),
    },
  }),

  forward({ backbone, modules: { expander } }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const projections = expander.forward(features, at.forward);
    return { features: sampleMajor(features, 2), projections: sampleMajor(projections, 2) };
  },

  objective({ projections }, _views, { options }) {
    const rows = viewMajor(projections as tf.Tensor);
    const { loss, ...terms } = vicregLoss(rows, options);
    const deviation = tf.mean(tf.sqrt(tf.moments(rows, 0).variance)) as tf.Scalar;
    return { loss, metrics: { ...terms, deviation } };
  },

  metrics: () => ({
    loss: { title: 'VICReg' },
    invariance: { title: 'squared distance of the two views', chart: chartOf('invariance') },
    variance: {
      title: 'deviations that fall short of 1',
      ...{ range: [0, 1], chart: chartOf('variance') },
    },
    covariance: { title: 'squared covariances of dimensions', chart: chartOf('covariance') },
    deviation: {
      title: 'deviation of the embeddings, which the loss holds at 1',
      isHeadline: true,
      collapsedWhen: { atMost: 0.05, problem: 'the embeddings hardly differ over a batch' },
    },
  }),
};

function chartOf(series: string): { readonly title: string; readonly series: string } {
  return { title: 'terms of the loss', series };
}
