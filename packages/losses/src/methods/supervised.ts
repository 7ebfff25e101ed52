import { cifar10SmallRecipe } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createLinear, treesOf, type Module } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchAccuracy, crossEntropyLoss } from '../cross-entropy-loss.ts';
import type { MethodDefinition, MethodState } from '../method.ts';
import { viewFeatures } from '../view-features.ts';

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

/** State of supervised training. */
export interface SupervisedState extends MethodState {
  readonly options: SupervisedOptions;
  readonly classes: number;
  readonly classifier: Module<tf.Tensor2D, tf.Tensor2D>;
}

/**
 * Supervised classification: not self-supervised, but the upper line of every table. Learns from the data set's own
 * labels; images without one are passed over.
 *
 * Metric: `accuracy` on the augmented batch.
 */
export const supervised: MethodDefinition<SupervisedOptions, SupervisedState> = {
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

  views(_options, { height, width }) {
    if (height !== width) {
      throw new UserError(
        `supervised: its crops are square, images of ${height}×${width} are not; set a square image size`,
      );
    }
    const transforms = cifar10SmallRecipe({ imageSize: height }).groups['views']?.transforms ?? [];
    return { groups: { view: { count: 1, transforms } } };
  },

  init({ backbone, random, dataset: { classes } }, options) {
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
    const { parameters: trainable, buffers } = treesOf({ backbone, classifier });
    return { backbone, options, classes, classifier, trainable, buffers };
  },

  loss({ backbone, classifier, options }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const logits = classifier.forward(features, at.forward);
    const labels = views.labels as tf.Tensor1D;
    return {
      loss: crossEntropyLoss(logits, labels, options),
      features,
      metrics: { accuracy: batchAccuracy(logits, labels) },
    };
  },

  heads: ({ classes }) => [classes],

  predict({ backbone, classifier }, images) {
    const context = { training: false };
    return tf.tidy(() => tf.softmax(classifier.forward(backbone.forward(images, context), context)));
  },
};
