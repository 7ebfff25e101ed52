import { viewTransforms, type InputSpec, type TransformSpec } from '@ssl/augment';
import { requireMap } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { peakSignalToNoise, reconstructionLoss } from '../losses/reconstruction-loss.ts';
import type { MethodDefinition, Views } from '../method.ts';
import { createDecoder, type Decoder } from '../parts/decoder.ts';
import { mnistSmallTraining } from '../parts/mnist-small.ts';
import { groupOf } from '../parts/view-features.ts';

const optionsSchema = z.strictObject({
  corruption: z
    .enum(['none', 'noise', 'mask'])
    .default('mask')
    .describe(
      'what is done to the input that the target is spared: nothing, Gaussian noise, or masked patches',
    ),
  noiseSigma: z.number().min(0).default(0.2).describe('deviation of the noise, for pixels in [0, 1]'),
  maskRatio: z.number().min(0).lt(1).default(0.5).describe('share of the patches that are masked'),
  maskPatchPixels: z.int().min(1).default(4).describe('side of a patch in pixels'),
  corruptedShare: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'share of the images that are corrupted; whole ones among them are what the backbone meets later',
    ),
  decodeFrom: z
    .enum(['features', 'map'])
    .default('map')
    .describe('what the decoder sees: the pooled features, or the map before pooling'),
  decoderWidth: z.int().min(1).default(32).describe('channels of the decoder'),
  loss: z.enum(['mse', 'l1', 'smooth-l1']).default('mse').describe('how the difference of pixels counts'),
});

/** Options of the autoencoder; `autoencoder.options` has their defaults and descriptions. */
export type AutoencoderOptions = z.infer<typeof optionsSchema>;

/** What the autoencoder adds to the backbone. The decoder is thrown away after training. */
export interface AutoencoderRoles {
  readonly modules: { readonly decoder: Decoder };
}

/**
 * An autoencoder, plain or denoising (Vincent et al., ICML 2008): reconstructs an image from itself, or from a copy
 * with noise or holes. Input and target are two views of one augmented sample.
 *
 * Metric: `psnr` in decibel, for pixels in [0, 1].
 */
export const autoencoder: MethodDefinition<AutoencoderOptions, AutoencoderRoles> = {
  name: 'autoencoder',
  description: 'reconstructs images from what the backbone makes of a noisy, a masked or the same image',
  paper: {
    title: 'Extracting and Composing Robust Features with Denoising Autoencoders',
    authors: 'Pascal Vincent, Hugo Larochelle, Yoshua Bengio, Pierre-Antoine Manzagol',
    venue: 'ICML 2008',
    url: 'https://doi.org/10.1145/1390156.1390294',
  },
  options: optionsSchema,
  backboneOffer: 'map',
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs: denoising, by Adam, in steps of 64 images',
      // Where all images are noisy, the linear score was 2 points lower; through the pooled features as well.
      options: { corruption: 'noise', noiseSigma: 0.4, corruptedShare: 0.5, decoderWidth: 16, loss: 'l1' },
      training: {
        augmentation: 'crop-and-flip',
        batchSize: 64,
        optimizer: { name: 'adam', learningRate: 0.002 },
      },
    },
    'mnist-small': {
      // From the map, the linear score was 7 points lower: its four places carry what the decoder needs.
      description:
        'handwritten digits on a CPU in a minute or two: plain, through the pooled features, by Adam',
      options: { corruption: 'none', decodeFrom: 'features', decoderWidth: 16 },
      training: {
        ...mnistSmallTraining,
        augmentation: 'grey-small-weak',
        epochs: 8,
        batchSize: 32,
        optimizer: { name: 'adam', learningRate: 0.006 },
      },
    },
  },
  collapseAdvice: 'lower optimizer.learningRate, or methodOptions.maskRatio and methodOptions.noiseSigma',

  augmentationStrength: 'weak',

  views(options, { augmentation, input }) {
    const target = { shared: 'shared', count: 1, transforms: [] };
    const corrupted = { shared: 'shared', count: 1, transforms: corrupt(options, input) };
    return {
      shared: { shared: viewTransforms(augmentation, 1) },
      groups: options.corruption === 'none' ? { target } : { input: corrupted, target },
    };
  },

  init({ backbone, random }, options) {
    requireMap('autoencoder', backbone);
    const decoder = createDecoder({
      backbone,
      from: options.decodeFrom,
      width: options.decoderWidth,
      random: random.split('decoder'),
    });
    return { modules: { decoder } };
  },

  forward({ backbone, modules }, views, at) {
    const { map, poolMap } = requireMap('autoencoder', backbone);
    const features = map(imagesOf(views).input, at.forward);
    const reconstruction = modules.decoder.forward(features, at.forward);
    return { reconstruction, features: poolMap(features) };
  },

  objective({ reconstruction }, views, { options, input }) {
    const { target } = imagesOf(views);
    const predicted = reconstruction as tf.Tensor4D;
    const scale = tf.tensor1d([...(input.normalization?.std ?? [1])]);
    return {
      loss: reconstructionLoss(predicted, target, options.loss),
      metrics: { psnr: peakSignalToNoise(tf.mul(predicted, scale), tf.mul(target, scale)) },
    };
  },

  metrics: () => ({
    psnr: { title: 'peak signal-to-noise ratio of the reconstruction', unit: 'dB', isHeadline: true },
  }),

  examples({ backbone, modules }, views, { options }) {
    const { input, target } = imagesOf(views);
    const { map } = requireMap('autoencoder', backbone);
    const context = { training: false };
    const reconstruction = tf.tidy(() => modules.decoder.forward(map(input, context), context));
    const rows = [
      { name: 'reconstruction', inputs: reconstruction },
      { name: 'target', inputs: tf.clone(target) },
    ];
    return options.corruption === 'none' ? rows : [{ name: 'input', inputs: tf.clone(input) }, ...rows];
  },
};

function imagesOf(views: Views): Record<'input' | 'target', tf.Tensor4D> {
  const target = groupOf(views, 'target').inputs as tf.Tensor4D;
  return { input: (views.groups['input']?.inputs ?? target) as tf.Tensor4D, target };
}

/** The transforms of the input; holes are filled with the mean of each channel. */
function corrupt(options: AutoencoderOptions, { normalization }: InputSpec): readonly TransformSpec[] {
  const { corruption, noiseSigma: sigma, maskRatio: ratio, maskPatchPixels: patchSize } = options;
  const probability = options.corruptedShare;
  return corruption === 'noise'
    ? [{ name: 'gaussianNoise', sigma, clip: false, probability }]
    : [{ name: 'randomMask', ratio, patchSize, fill: normalization?.mean ?? 0, probability }];
}
