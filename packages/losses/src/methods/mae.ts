import { viewTransforms } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { requireTokens, type Backbone, type TokenEncoder } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { maeLoss } from '../losses/mae-loss.ts';
import { patchify, unpatchify } from '../losses/patchify.ts';
import type { MethodDefinition, ViewGroup } from '../method.ts';
import { createMaeDecoder, type MaeDecoder } from '../parts/mae-decoder.ts';
import { denormalizePatches } from '../parts/denormalize-patches.ts';
import { isWithoutDecay } from '../parts/without-decay.ts';
import { groupOf } from '../parts/view-features.ts';

const optionsSchema = z.strictObject({
  maskRatio: z.number().min(0.01).lt(1).default(0.75).describe('share of the patches that are hidden'),
  normalizePixels: z
    .boolean()
    .default(true)
    .describe(
      'whether each target patch is normalised by its own mean and deviation, which gives better features',
    ),
  decoderDim: z.int().min(4).default(64).describe('length of a token of the decoder (paper: 512)'),
  decoderDepth: z.int().min(1).default(2).describe('blocks of the decoder (paper: 8)'),
  decoderHeads: z.int().min(1).default(2).describe('attention heads of the decoder (paper: 16)'),
});

/** Options of MAE; `mae.options` has their defaults and descriptions. */
export type MaeOptions = z.infer<typeof optionsSchema>;

/** What MAE adds to the backbone. The decoder is thrown away after training. */
export interface MaeRoles {
  readonly modules: { readonly decoder: MaeDecoder };
}

/**
 * How small encoders begin, and what their features are. Of training samples held out, the linear score was 1.6 points
 * (digits) and 3.7 points (CIFAR-10) higher than by the mean alone, and more than that by the class token alone.
 */
const smallBackbone = { positions: 'sincos', initialization: 'xavier', pool: 'class-mean' } as const;

/**
 * Masked autoencoder (He et al., CVPR 2022): the encoder sees a quarter of an image's patches, and a small decoder
 * reconstructs the others. Takes whatever the backbone cuts into patches: colour and grey images, and others.
 *
 * Metric: `psnr` in decibel of the hidden patches. With `normalizePixels` each of them is scaled by its target's own
 * mean and deviation first, as in the authors' pictures.
 */
export const mae: MethodDefinition<MaeOptions, MaeRoles> = {
  name: 'mae',
  description: 'reconstructs the hidden three quarters of an image’s patches from the others',
  paper: {
    title: 'Masked Autoencoders Are Scalable Vision Learners',
    authors: 'Kaiming He, Xinlei Chen, Saining Xie, Yanghao Li, Piotr Dollár, Ross Girshick',
    venue: 'CVPR 2022',
    url: 'https://arxiv.org/abs/2111.06377',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs: a small vision transformer, in steps of 64 images',
      options: { decoderDim: 48, decoderDepth: 1 },
      training: {
        backbone: { name: 'vit-micro', depth: 3, ...smallBackbone },
        augmentation: 'crop-and-flip',
        batchSize: 64,
        optimizer: { name: 'adamw', learningRate: 0.002, beta1: 0.9, beta2: 0.95, weightDecay: 0.05 },
        schedule: { name: 'cosine', warmupEpochs: 1 },
      },
    },
    'mnist-small': {
      description:
        'handwritten digits on a CPU in ten minutes: a small vision transformer, in steps of 32 images',
      options: { maskRatio: 0.7, normalizePixels: false, decoderDim: 48, decoderDepth: 1 },
      training: {
        backbone: { name: 'vit-micro', depth: 3, ...smallBackbone },
        augmentation: 'grey-small-weak',
        epochs: 20,
        batchSize: 32,
        optimizer: { name: 'adamw', learningRate: 0.0015, beta1: 0.9, beta2: 0.95, weightDecay: 0.05 },
        schedule: { name: 'cosine', warmupEpochs: 1 },
      },
    },
    imagenet: {
      description: 'the paper’s: ViT-Base, 800 epochs in steps of 4096 images (for GPUs)',
      options: { decoderDim: 512, decoderDepth: 8, decoderHeads: 16 },
      training: {
        backbone: {
          ...{ name: 'vit-tiny', patchSize: 16, dim: 768, depth: 12, heads: 12 },
          ...{ positions: 'sincos', pool: 'class', initialization: 'xavier' },
        },
        input: { size: 224 },
        augmentation: 'crop-and-flip',
        normalization: 'imagenet',
        epochs: 800,
        batchSize: 4096,
        microBatch: 64,
        optimizer: { name: 'adamw', learningRate: 2.4e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0.05 },
        schedule: { name: 'cosine', warmupEpochs: 40 },
      },
    },
  },
  collapseAdvice: 'lower optimizer.learningRate or methodOptions.maskRatio',

  augmentationStrength: 'weak',
  backboneOffer: 'tokens',

  // Without patches there is nothing to mask: `init` says which backbones have them.
  views: ({ maskRatio: ratio }, { augmentation, patchSize }) => ({
    groups: {
      view: {
        count: 1,
        transforms: [
          ...viewTransforms(augmentation, 1),
          ...(patchSize ? [{ name: 'patchMask', patchSize, ratio }] : []),
        ],
      },
    },
  }),

  init({ backbone, input, random }, options) {
    const { encoder, side } = patchesOf(backbone);
    const channels = input.shape.at(-1) as number;
    const decoder = createMaeDecoder({
      ...{ encoder, patchValues: side * side * channels },
      ...{ dim: options.decoderDim, depth: options.decoderDepth, heads: options.decoderHeads },
      random: random.split('decoder'),
    });
    return { modules: { decoder } };
  },

  forward({ backbone, modules: { decoder } }, views, at) {
    const { encoder } = patchesOf(backbone);
    const { images, keep } = partsOf(groupOf(views, 'view'));
    const { tokens, features } = encoder.encodeAndPool(images, at.forward, { keep });
    return { features, prediction: decoder.decode(tokens, keep, at.forward) };
  },

  objective(outputs, views, { options, input }) {
    const { images, mask } = partsOf(groupOf(views, 'view'));
    const prediction = outputs['prediction'] as tf.Tensor3D;
    const target = patchify(images, sideOf(prediction, images));
    const reconstruction = options.normalizePixels ? denormalizePatches(prediction, target) : prediction;
    const scale = tf.tensor1d([...(input.normalization?.std ?? [1])]);
    const error = maeLoss(scaled(reconstruction, scale), scaled(target, scale), mask);
    return {
      loss: maeLoss(prediction, target, mask, options),
      metrics: { psnr: tf.mul(tf.log(error), -10 / Math.LN10) as tf.Scalar },
    };
  },

  metrics: ({ normalizePixels }) => ({
    loss: {
      title: `mean squared error of the hidden patches${normalizePixels ? ', normalised' : ''}`,
      ...(normalizePixels && { chance: 1 }),
    },
    psnr: { title: 'peak signal-to-noise ratio of the hidden patches', unit: 'dB', isHeadline: true },
  }),

  parameterGroups: () => [{ includes: isWithoutDecay, weightDecayFactor: 0 }],

  examples({ backbone, modules: { decoder } }, views, { options }) {
    const { encoder, side } = patchesOf(backbone);
    const { images, keep, mask } = partsOf(groupOf(views, 'view'));
    const context = { training: false };
    const [, height, width] = images.shape;
    const [seen, reconstruction] = tf.tidy(() => {
      const target = patchify(images, side);
      const prediction = decoder.decode(encoder.encode(images, context, { keep }), keep, context);
      const values = options.normalizePixels ? denormalizePatches(prediction, target) : prediction;
      const hidden = tf.expandDims(mask, 2);
      // Hidden patches have the value 0, the mean of the data.
      const visible = tf.mul(target, tf.sub(1, hidden));
      return [visible, tf.add(visible, tf.mul(values, hidden))].map((patches) =>
        unpatchify(patches as tf.Tensor3D, side, [height, width]),
      );
    }) as [tf.Tensor4D, tf.Tensor4D];
    return [
      { name: 'input', inputs: seen },
      { name: 'reconstruction', inputs: reconstruction },
      { name: 'target', inputs: tf.clone(images) },
    ];
  },
};

/** The encoder of patches, and their side. */
function patchesOf(backbone: Backbone): { readonly encoder: TokenEncoder; readonly side: number } {
  const encoder = requireTokens('mae', backbone);
  const [height, width] = encoder.patchSize ?? [];
  if (height !== undefined && height === width) return { encoder, side: height };
  throw new UserError(
    `mae hides square patches of images, and ${backbone.name} has ${height === undefined ? 'none' : `patches of ${height}×${width}`}; use a vision transformer (--backbone)`,
  );
}

/** The images of a batch, and which of their patches are visible and hidden. */
function partsOf({ inputs, targets }: ViewGroup): {
  readonly images: tf.Tensor4D;
  readonly keep: tf.Tensor2D;
  readonly mask: tf.Tensor2D;
} {
  return {
    images: inputs as tf.Tensor4D,
    keep: targets['keep'] as tf.Tensor2D,
    mask: targets['mask'] as tf.Tensor2D,
  };
}

/** Side of the patches that a prediction is of. */
function sideOf({ shape: [, , values] }: tf.Tensor3D, images: tf.Tensor4D): number {
  return Math.round(Math.sqrt(values / images.shape[3]));
}

/** Patches with each channel times its factor, `[channels]` or `[1]`; the channel runs fastest. */
function scaled(patches: tf.Tensor3D, factors: tf.Tensor1D): tf.Tensor3D {
  const byChannel = tf.mul(tf.reshape(patches, [-1, factors.size]), factors);
  return tf.reshape(byChannel, patches.shape);
}
