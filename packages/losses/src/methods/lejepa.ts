import { viewTransforms } from '@ssl/augment';
import { createProjectionHead, type Module } from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { lejepaLoss } from '../losses/lejepa-loss.ts';
import type { MethodDefinition } from '../method.ts';
import { viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  views: z
    .int()
    .min(2)
    .default(2)
    .describe('views of each sample (paper: 2 large and 6 small; its example: 4)'),
  hiddenDim: z.int().min(1).default(512).describe('size of the projector’s hidden layers (paper: 2048)'),
  hiddenLayers: z.int().min(0).default(2).describe('hidden layers of the projector'),
  outDim: z.int().min(1).default(16).describe('length of a projection'),
  lambda: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('weight of the regularisation, beside 1 − λ of the invariance; 0 lets the features collapse'),
  slices: z.int().min(1).default(256).describe('random directions along which projections are compared'),
  knots: z.int().min(2).default(17).describe('points at which their characteristic functions are compared'),
});

/** Options of LeJEPA; `lejepa.options` has their defaults and descriptions. */
export type LejepaOptions = z.infer<typeof optionsSchema>;

/** What LeJEPA adds to the backbone. */
export interface LejepaRoles {
  readonly modules: { readonly projector: Module<tf.Tensor2D, tf.Tensor2D> };
}

/**
 * LeJEPA (Balestriero and LeCun, 2025): views predict their mean, and projections are held to an isotropic normal
 * distribution. No teacher, no stopped gradient, no negatives, and one weight between the two terms.
 *
 * The random directions are drawn anew in each step, the same for a seed.
 *
 * Metrics: `invariance` and `sigreg`, the terms of the loss before their weights; `deviation`, the mean over dimensions
 * of the deviation of projections over the batch, which is to be 1.
 */
export const lejepa: MethodDefinition<LejepaOptions, LejepaRoles> = {
  name: 'lejepa',
  description: 'draws views together, and holds their projections to an isotropic normal distribution',
  paper: {
    title: 'LeJEPA: Provable and Scalable Self-Supervised Learning Without the Heuristics',
    authors: 'Randall Balestriero, Yann LeCun',
    venue: '2025',
    url: 'https://arxiv.org/abs/2511.08544',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 64 images',
      training: {
        batchSize: 64,
        optimizer: { name: 'adamw', learningRate: 0.002, weightDecay: 0.05 },
      },
    },
    imagenette: {
      description:
        'the authors’ example: ViT-Small at 128 pixels, 800 epochs in steps of 256 images (for GPUs)',
      options: { views: 4, hiddenDim: 2048, lambda: 0.02 },
      training: {
        backbone: { name: 'vit-tiny', patchSize: 8, dim: 384, depth: 12, heads: 6, dropPath: 0.1 },
        input: { size: 128 },
        augmentation: 'byol-imagenet',
        normalization: 'imagenet',
        epochs: 800,
        batchSize: 256,
        microBatch: 64,
        optimizer: { name: 'adamw', learningRate: 0.002, weightDecay: 0.05 },
        schedule: { name: 'cosine', warmupEpochs: 1, warmupFactor: 0.01, finalFactor: 0.5 },
      },
    },
  },
  collapseAdvice: 'raise methodOptions.lambda, or lower optimizer.learningRate',

  views: ({ views: count }, { augmentation }) => ({
    groups: { views: { count, transforms: viewTransforms(augmentation, count) } },
  }),

  init: ({ backbone, random }, { hiddenDim, hiddenLayers, outDim }) => ({
    modules: {
      projector: createProjectionHead({
        ...{ inDim: backbone.featureDim, hiddenDim, hiddenLayers, outDim, random: random.split('projector') },
        ...{ activation: 'relu', normalize: false, initialization: 'pytorch' },
      }),
    },
  }),

  forward({ backbone, modules: { projector } }, views, at) {
    const { views: count } = at.options;
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    return { features: sampleMajor(features, count), projections: sampleMajor(projections, count) };
  },

  objective({ projections }, _views, { options, random }) {
    const { views: count, outDim, slices } = options;
    const rows = viewMajor(projections as tf.Tensor);
    const byView = tf.reshape(rows, [count, rows.shape[0] / count, outDim]) as tf.Tensor3D;
    const { loss, ...terms } = lejepaLoss(byView, drawDirections(outDim, slices, random), options);
    const deviation = tf.mean(tf.sqrt(tf.moments(rows, 0).variance)) as tf.Scalar;
    return { loss, metrics: { ...terms, deviation } };
  },

  metrics: () => ({
    loss: { title: 'LeJEPA' },
    invariance: { title: 'squared distance of views to their mean', chart: chartOf('invariance') },
    sigreg: { title: 'distance of projections to a normal distribution', chart: chartOf('SIGReg') },
    deviation: {
      title: 'deviation of the projections, which the loss holds at 1',
      isHeadline: true,
      collapsedWhen: { atMost: 0.05, problem: 'the projections hardly differ over a batch' },
    },
  }),
};

function chartOf(series: string): { readonly title: string; readonly series: string } {
  return { title: 'terms of the loss', series };
}

function drawDirections(dim: number, slices: number, random: Random): tf.Tensor2D {
  const stream = random.split('directions');
  return tf.tensor2d(
    Float32Array.from({ length: dim * slices }, () => stream.normal()),
    [dim, slices],
  );
}
