import { z } from 'zod';
import { posterize } from '../functional/tone.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Keeps only some bits of each sample. Source: torchvision.transforms.v2.RandomPosterize. */
export const randomPosterize = defineTransform({
  name: 'randomPosterize',
  parameters: { bits: z.int().min(1).max(8), probability: probability(0.5) },
  apply: (image, { bits }) => posterize(image, bits),
});
