import { z } from 'zod';
import { solarize } from '../functional/tone.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/**
 * Inverts what is at or above a threshold. Source: torchvision.transforms.v2.RandomSolarize; its threshold has no
 * default, here it is 0.5.
 */
export const randomSolarize = defineTransform({
  name: 'randomSolarize',
  parameters: { threshold: z.number().min(0).max(1).default(0.5), probability: probability(0.5) },
  apply: (image, { threshold }) => solarize(image, threshold),
});
