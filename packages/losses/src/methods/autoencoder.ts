import { cifar10Normalization, type Normalization, type TransformSpec, type ViewRecipe } from '@ssl/augment';
import { globalAveragePool } from '@ssl/backend';
import { treesOf } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { createDecoder, type Decoder } from '../decoder.ts';
import type { MethodDefinition, MethodState, ViewGroup, Views } from '../method.ts';
import { peakSignalToNoise, reconstructionLoss } from '../reconstruction-loss.ts';

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
  crop: z
    .tuple([z.number().positive().max(1), z.number().positive().max(1)])
    .default([0.2, 1])
    .describe('share of the area of the random crop, least and most'),
});

/** Options of the autoencoder; `autoencoder.options` has their defaults and descriptions. */
export type AutoencoderOptions = z.infer<typeof optionsSchema>;

/** State of the autoencoder. The decoder is thrown away after training. */
export interface AutoencoderState extends MethodState {
  readonly options: AutoencoderOptions;
  readonly decoder: Decoder;
  readonly normalization: Normalization;
}

/**
 * An autoencoder, plain or denoising (Vincent et al., ICML 2008): reconstructs an image from itself, or from a copy
 * with noise or holes. Input and target are two views of one random crop.
 *
 * Metric: `psnr` in decibel, for pixels in [0, 1].
 */
export const autoencoder: MethodDefinition<AutoencoderOptions, AutoencoderState> = {
  name: 'autoencoder',
  description: 'reconstructs images from what the backbone makes of a noisy, a masked or the same image',
  paper: {
    title: 'Extracting and Composing Robust Features with Denoising Autoencoders',
    authors: 'Pascal Vincent, Hugo Larochelle, Yoshua Bengio, Pierre-Antoine Manzagol',
    venue: 'ICML 2008',
    url: 'https://doi.org/10.1145/1390156.1390294',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs: denoising, by Adam, in steps of 64 images',
      // Where all images are noisy, the linear score was 2 points lower; through the pooled features as well.
      options: { corruption: 'noise', noiseSigma: 0.4, corruptedShare: 0.5, decoderWidth: 16, loss: 'l1' },
      training: { batchSize: 64, optimizer: { name: 'adam', learningRate: 0.002 } },
    },
  },
  collapseAdvice: 'lower optimizer.learningRate, or methodOptions.maskRatio and methodOptions.noiseSigma',

  views(options, { height, width, channels }): ViewRecipe {
    const normalize: TransformSpec = { name: 'normalize', ...normalizationFor(channels) };
    const target = { count: 1, transforms: [normalize] };
    return {
      shared: [
        { name: 'randomResizedCrop', size: [height, width], scale: options.crop },
        { name: 'randomHorizontalFlip', probability: 0.5 },
      ],
      groups:
        options.corruption === 'none'
          ? { target }
          : { input: { count: 1, transforms: corrupt(options, normalize) }, target },
    };
  },

  init({ backbone, random, image }, options) {
    const decoder = createDecoder({
      backbone,
      from: options.decodeFrom,
      width: options.decoderWidth,
      random: random.split('decoder'),
    });
    const { parameters: trainable, buffers } = treesOf({ backbone, decoder });
    const normalization = normalizationFor(image.channels);
    return { backbone, options, decoder, normalization, trainable, buffers };
  },

  loss({ backbone, decoder, options, normalization }, views, at) {
    const { input, target } = imagesOf(views);
    const map = backbone.featureMap(input, at.forward);
    const reconstruction = decoder.forward(map, at.forward);
    const scale = tf.tensor1d([...normalization.std]);
    return {
      loss: reconstructionLoss(reconstruction, target, options.loss),
      features: globalAveragePool(map),
      metrics: { psnr: peakSignalToNoise(tf.mul(reconstruction, scale), tf.mul(target, scale)) },
    };
  },

  examples({ backbone, decoder, options }, views) {
    const { input, target } = imagesOf(views);
    const context = { training: false };
    const reconstruction = tf.tidy(() => decoder.forward(backbone.featureMap(input, context), context));
    const rows = [
      { name: 'reconstruction', images: reconstruction },
      { name: 'target', images: tf.clone(target) },
    ];
    return options.corruption === 'none' ? rows : [{ name: 'input', images: tf.clone(input) }, ...rows];
  },
};

function imagesOf({ groups }: Views): Record<'input' | 'target', tf.Tensor4D> {
  const target = groups['target'] as ViewGroup;
  return { input: (groups['input'] ?? target).images, target: target.images };
}

/** The transforms of the input; holes are filled with the mean colour. */
function corrupt(options: AutoencoderOptions, normalize: TransformSpec): readonly TransformSpec[] {
  const { corruption, noiseSigma: sigma, maskRatio: ratio, maskPatchPixels: patchSize } = options;
  const probability = options.corruptedShare;
  return corruption === 'noise'
    ? [{ name: 'gaussianNoise', sigma, clip: false, probability }, normalize]
    : [normalize, { name: 'randomMask', ratio, patchSize, fill: 0, probability }];
}

function normalizationFor(channels: number): Normalization {
  return channels === 3
    ? cifar10Normalization
    : { mean: Array<number>(channels).fill(0.5), std: Array<number>(channels).fill(0.25) };
}
