import { z } from 'zod';
import { mapSamples } from '../functional/map-samples.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/**
 * Adds normally distributed noise to each sample. Source: torchvision.transforms.v2.GaussianNoise, with the
 * probability of a RandomApply around it.
 */
export const gaussianNoise = defineTransform({
  name: 'gaussianNoise',
  parameters: {
    mean: z.number().default(0),
    /** Standard deviation. */
    sigma: z.number().min(0).default(0.1),
    /** Whether to clamp the result to [0, 1]. */
    clip: z.boolean().default(true),
    probability: probability(1),
  },
  apply(image, { mean, sigma, clip }, random) {
    if (!clip) return mapSamples(image, (sample) => sample + random.normal(mean, sigma));
    return mapSamples(image, (sample) => Math.min(1, Math.max(0, sample + random.normal(mean, sigma))));
  },
});
