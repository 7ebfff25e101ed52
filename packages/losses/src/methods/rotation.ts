import { choiceTarget, getModality, viewTransforms, type TransformSpec } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createLinear, type Module } from '@ssl/models';
import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchAccuracy, crossEntropyLoss } from '../losses/cross-entropy-loss.ts';
import type { MethodDefinition, Views } from '../method.ts';
import { mnistSmallTraining } from '../parts/mnist-small.ts';
import { groupOf, viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  angles: z
    .array(z.literal([0, 90, 180, 270]))
    .min(2)
    .default([0, 90, 180, 270])
    .describe('rotations to tell apart, in degrees counter-clockwise'),
  rotations: z
    .enum(['all', 'one'])
    .default('all')
    .describe('of each image in a step: all angles, as a row each, or a random one'),
});

/** Options of rotation prediction; `rotation.options` has their defaults and descriptions. */
export type RotationOptions = z.infer<typeof optionsSchema>;

/** What rotation prediction adds to the backbone. */
export interface RotationRoles {
  /** Logits of the angles. */
  readonly modules: { readonly classifier: Module<tf.Tensor2D, tf.Tensor2D> };
}

/**
 * Rotation prediction (Gidaris et al., ICLR 2018): turns each image by 0, 90, 180 and 270° and learns which angle
 * it was. All rotations of an image start from one crop of it, so that nothing but the rotation tells them apart.
 *
 * Metric: `accuracy` on the angles.
 */
export const rotation: MethodDefinition<RotationOptions, RotationRoles> = {
  name: 'rotation',
  description: 'turns images by quarter turns and learns to tell by how many',
  paper: {
    title: 'Unsupervised Representation Learning by Predicting Image Rotations',
    authors: 'Spyros Gidaris, Praveer Singh, Nikos Komodakis',
    venue: 'ICLR 2018',
    url: 'https://arxiv.org/abs/1803.07728',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description:
        'CIFAR-10 on a CPU in 20 epochs: 128 images in four rotations make a step, as in the paper',
      training: { augmentation: 'cifar10-small', batchSize: 128 },
    },
    'mnist-small': {
      // A 0, a 1 or an 8 looks the same after half a turn, and a 6 as a 9 does: of half of the digits, only the pair of
      // angles can be told. The other half are what the network learns from; no label is used to leave any out.
      description: 'handwritten digits on a CPU in a minute or two; about 3 of 4 angles can be told at best',
      training: {
        ...mnistSmallTraining,
        augmentation: 'grey-small-weak',
        epochs: 6,
        optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    rotnet: {
      description: 'the authors’ 200 epochs on CIFAR-10, on a ResNet-18',
      training: {
        augmentation: 'rotnet',
        normalization: 'rotnet',
        backbone: { name: 'resnet18', stem: 'cifar' },
        epochs: 200,
        batchSize: 128,
        optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, nesterov: true },
        schedule: { name: 'multi-step', milestones: [60, 120, 160], factor: 0.2 },
      },
    },
  },
  collapseAdvice:
    'lower optimizer.learningRate, or check that the images have an upright position to be learned',

  augmentationStrength: 'weak',

  views({ angles, rotations }, { augmentation, input }) {
    const { noun, transforms } = getModality(input.modality);
    if (transforms['rotate90'] === undefined) {
      throw new UserError(
        `rotation: predicts turns of images, and ${noun}s cannot be turned; use another method`,
      );
    }
    const [height, width] = input.shape;
    if (height !== width) {
      throw new UserError(
        `rotation: turns square images, ${height}×${width} is none; set a square input size, e.g. --image-size ${height}`,
      );
    }
    const turn: TransformSpec = {
      name: 'oneOf',
      pick: rotations === 'all' ? 'view' : 'random',
      target: true,
      choices: angles.map((angle) => [{ name: 'rotate90', turns: angle / 90 }]),
    };
    const count = rotations === 'all' ? angles.length : 1;
    return {
      shared: { shared: viewTransforms(augmentation, 1) },
      groups: { rotated: { shared: 'shared', count, transforms: [turn] } },
    };
  },

  init({ backbone, random }, { angles }) {
    const classifier = createLinear({
      inDim: backbone.featureDim,
      outDim: angles.length,
      random: random.split('classifier'),
    });
    return { modules: { classifier } };
  },

  forward({ backbone, modules }, views, at) {
    const { count } = groupOf(views, 'rotated');
    const features = viewFeatures(backbone, views, at.forward);
    const logits = modules.classifier.forward(features, at.forward);
    return { features: sampleMajor(features, count), logits: sampleMajor(logits, count) };
  },

  objective({ logits }, views) {
    const rows = viewMajor(logits as tf.Tensor);
    const turns = turnsOf(views);
    return { loss: crossEntropyLoss(rows, turns), metrics: { accuracy: batchAccuracy(rows, turns) } };
  },

  metrics: ({ angles }) => ({
    loss: { title: 'cross-entropy', unit: 'nats', chance: Math.log(angles.length) },
    accuracy: { title: 'accuracy on the angles', range: [0, 1], chance: 1 / angles.length, isHeadline: true },
  }),
};

function turnsOf(views: Views): tf.Tensor1D {
  return groupOf(views, 'rotated').targets[choiceTarget] as tf.Tensor1D;
}
