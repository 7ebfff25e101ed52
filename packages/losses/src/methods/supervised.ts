import { viewTransforms } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createLinear, type Module } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchAccuracy, crossEntropyLoss } from '../losses/cross-entropy-loss.ts';
import type { MethodDefinition } from '../method.ts';
import { groupOf, viewFeatures } from '../parts/view-features.ts';

const optionsSchema = z.strictObject({
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('share of the target that is spread over all classes'),
});

/** Options of supervised training; `supervised.options` has their defaults and descriptions. */
export type SupervisedOptions = z.infer<typeof optionsSchema>;

/** What supervised training adds to the backbone. */
export interface SupervisedRoles {
  readonly modules: { readonly classifier: Module<tf.Tensor2D, tf.Tensor2D> };
  readonly classes: number;
}

/**
 * Supervised classification: not self-supervised, but the upper line of every table. Learns from the data set's own
 * labels; images without one are passed over.
 *
 * Metric: `accuracy` on the augmented batch.
 */
export const supervised: MethodDefinition<SupervisedOptions, SupervisedRoles> = {
  name: 'supervised',
  description: 'learns the data set’s own labels: the upper line to compare with',
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 64 images',
      // With 256 images in each, at twice the rate, kNN and linear score were 2 to 4 points lower.
      training: {
        batchSize: 64,
        optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
  },
  usesLabels: true,
  collapseAdvice: 'lower optimizer.learningRate, and check that the labels belong to the images',

  streams: () => ({ labelled: { from: 'labelled' } }),

  views: (_options, { augmentation }) => ({
    groups: { view: { count: 1, transforms: viewTransforms(augmentation, 1) } },
  }),

  init({ backbone, random, dataset: { classes } }) {
    if (classes === undefined) {
      throw new UserError(
        'supervised: the data set has no labels; use one with a sub-folder for each class, or a method that needs none',
      );
    }
    const classifier = createLinear({
      inDim: backbone.featureDim,
      outDim: classes,
      random: random.split('classifier'),
    });
    return { modules: { classifier }, classes };
  },

  forward({ backbone, modules }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    return { features, logits: modules.classifier.forward(features, at.forward) };
  },

  objective({ logits }, views, { options }) {
    const labels = groupOf(views, 'view').labels as tf.Tensor1D;
    return {
      loss: crossEntropyLoss(logits as tf.Tensor2D, labels, options),
      metrics: { accuracy: batchAccuracy(logits as tf.Tensor2D, labels) },
    };
  },

  metrics: (_options, { dataset: { classes = 2 } }) => ({
    loss: { title: 'cross-entropy', unit: 'nats', chance: Math.log(classes) },
    accuracy: {
      title: 'accuracy on the augmented batch',
      range: [0, 1],
      chance: 1 / classes,
      head: 0,
      isHeadline: true,
    },
  }),

  heads: ({ classes }) => [classes],

  predict({ backbone, modules }, inputs) {
    const context = { training: false };
    return tf.tidy(() => tf.softmax(modules.classifier.forward(backbone.features(inputs, context), context)));
  },
};
