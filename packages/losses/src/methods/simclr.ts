import { createProjectionHead, type Module } from '@ssl/models';
import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { ntXentLoss } from '../losses/nt-xent-loss.ts';
import type { MethodDefinition } from '../method.ts';
import { pairingAccuracy } from '../parts/pairing-accuracy.ts';
import { twoViews } from '../parts/two-views.ts';
import { viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  hiddenDim: z.int().min(1).default(512).describe('size of the projector’s hidden layers (paper: 2048)'),
  hiddenLayers: z.int().min(0).default(1).describe('hidden layers of the projector'),
  outDim: z.int().min(1).default(128).describe('length of a projection'),
  temperature: z
    .number()
    .positive()
    .default(0.5)
    .describe('divides the cosines: the lower, the more the nearest negatives count (paper, ImageNet: 0.1)'),
});

/** Options of SimCLR; `simclr.options` has their defaults and descriptions. */
export type SimclrOptions = z.infer<typeof optionsSchema>;

/** What SimCLR adds to the backbone. */
export interface SimclrRoles {
  readonly modules: { readonly projector: Module<tf.Tensor2D, tf.Tensor2D> };
}

/**
 * SimCLR (Chen et al., ICML 2020): the two views of an image are to be told as such from all other views of the batch.
 * Larger batches have more negatives; `--micro-batch` gives them without their memory.
 *
 * Metric: `pairingAccuracy`, the share of views whose nearest projection in the batch is the other view of their image.
 */
export const simclr: MethodDefinition<SimclrOptions, SimclrRoles> = {
  name: 'simclr',
  description: 'tells the other view of an image from the views of all other images of the batch',
  paper: {
    title: 'A Simple Framework for Contrastive Learning of Visual Representations',
    authors: 'Ting Chen, Simon Kornblith, Mohammad Norouzi, Geoffrey Hinton',
    venue: 'ICML 2020',
    url: 'https://arxiv.org/abs/2002.05709',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 128 images',
      training: {
        batchSize: 128,
        optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    cifar10: {
      description: 'the paper’s for CIFAR-10 (appendix B.9): ResNet-50, 1000 epochs (for GPUs)',
      options: { hiddenDim: 2048 },
      training: {
        backbone: { name: 'resnet50', stem: 'cifar' },
        augmentation: 'simclr-cifar10',
        epochs: 1000,
        batchSize: 1024,
        microBatch: 64,
        optimizer: { name: 'lars', variant: 'mae', learningRate: 1, momentum: 0.9, weightDecay: 1e-6 },
        schedule: { name: 'cosine', warmupEpochs: 10 },
      },
    },
  },
  collapseAdvice: 'lower optimizer.learningRate, or use a larger batch',

  views: (_options, { augmentation }) => twoViews(augmentation),

  init: ({ backbone, random }, { hiddenDim, hiddenLayers, outDim }) => ({
    modules: {
      projector: createProjectionHead({
        ...{ inDim: backbone.featureDim, hiddenDim, hiddenLayers, outDim, random: random.split('projector') },
        ...{ activation: 'relu', normalize: false, initialization: 'pytorch' },
      }),
    },
  }),

  forward({ backbone, modules: { projector } }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    return { features: sampleMajor(features, 2), projections: sampleMajor(projections, 2) };
  },

  objective({ projections }, _views, { options: { temperature } }) {
    const rows = viewMajor(projections as tf.Tensor);
    return {
      loss: ntXentLoss(rows, { temperature }),
      metrics: { pairingAccuracy: pairingAccuracy(rows) },
    };
  },

  metrics: (_options, { batchSize }) => ({
    loss: { title: 'NT-Xent', unit: 'nats', chance: Math.log(2 * batchSize - 1) },
    pairingAccuracy: {
      title: 'views whose nearest in the batch is the other of their image',
      ...{ range: [0, 1], chance: 1 / (2 * batchSize - 1), isHeadline: true },
    },
  }),
};
