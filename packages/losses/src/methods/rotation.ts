import { cifar10SmallRecipe, cifar10RotationRecipe, type TransformSpec, type ViewRecipe } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createLinear, treesOf, type Module } from '@ssl/models';
import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchAccuracy, crossEntropyLoss } from '../cross-entropy-loss.ts';
import type { MethodDefinition, MethodState, ViewGroup } from '../method.ts';
import { viewFeatures } from '../view-features.ts';

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
  augmentation: z
    .enum(['rotnet', 'crop-and-colour'])
    .default('rotnet')
    .describe(
      'before the rotation: a shift by 4 pixels and a flip (the authors’ CIFAR-10 program), or a random crop, flip and colours',
    ),
});

/** Options of rotation prediction; `rotation.options` has their defaults and descriptions. */
export type RotationOptions = z.infer<typeof optionsSchema>;

/** State of rotation prediction. */
export interface RotationState extends MethodState {
  /** Logits of the angles. */
  readonly classifier: Module<tf.Tensor2D, tf.Tensor2D>;
}

/**
 * Rotation prediction (Gidaris et al., ICLR 2018): turns each image by 0, 90, 180 and 270° and learns which angle
 * it was. All rotations of an image start from one crop of it, so that nothing but the rotation tells them apart.
 *
 * Metric: `accuracy` on the angles.
 */
export const rotation: MethodDefinition<RotationOptions, RotationState> = {
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
      options: { augmentation: 'crop-and-colour' },
      training: { batchSize: 128 },
    },
    rotnet: {
      description: 'the authors’ 200 epochs on CIFAR-10, on a ResNet-18',
      training: {
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

  views({ angles, rotations, augmentation }, { height, width }): ViewRecipe {
    if (height !== width) {
      throw new UserError(
        `rotation: turns square images, ${height}×${width} is none; set a square image size`,
      );
    }
    const { shared = [], transforms, normalize } = recipeParts(augmentation, height);
    const turn: TransformSpec = {
      name: 'oneOf',
      pick: rotations === 'all' ? 'view' : 'random',
      target: true,
      choices: angles.map((angle) => [{ name: 'rotate90', turns: angle / 90 }]),
    };
    return {
      shared: [...shared, ...transforms],
      groups: {
        rotated: { count: rotations === 'all' ? angles.length : 1, transforms: [turn, normalize] },
      },
    };
  },

  init({ backbone, random }, { angles }) {
    const classifier = createLinear({
      inDim: backbone.featureDim,
      outDim: angles.length,
      random: random.split('classifier'),
    });
    const { parameters: trainable, buffers } = treesOf({ backbone, classifier });
    return { backbone, classifier, trainable, buffers };
  },

  loss({ backbone, classifier }, views, at) {
    const { targets } = views.groups['rotated'] as ViewGroup;
    const features = viewFeatures(backbone, views, at.forward);
    const logits = classifier.forward(features, at.forward);
    return {
      loss: crossEntropyLoss(logits, targets as tf.Tensor1D),
      features,
      metrics: { accuracy: batchAccuracy(logits, targets as tf.Tensor1D) },
    };
  },
};

interface RecipeParts {
  readonly shared?: readonly TransformSpec[] | undefined;
  readonly transforms: readonly TransformSpec[];
  readonly normalize: TransformSpec;
}

/** What comes before the rotation, once per image, and the normalisation after it. */
function recipeParts(augmentation: RotationOptions['augmentation'], imageSize: number): RecipeParts {
  const { shared, groups } =
    augmentation === 'rotnet' ? cifar10RotationRecipe({ imageSize }) : cifar10SmallRecipe({ imageSize });
  const transforms = groups['views']?.transforms ?? [];
  const normalize = transforms.at(-1) as TransformSpec;
  return { shared, transforms: transforms.slice(0, -1).filter(({ name }) => name !== 'oneOf'), normalize };
}
