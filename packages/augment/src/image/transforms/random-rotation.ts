import { z } from 'zod';
import { rotate } from '../functional/affine.ts';
import { range, warpInterpolation } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/**
 * Turns by a random angle about the centre; the size stays. Source: torchvision.transforms.v2.RandomRotation with
 * `expand=False`.
 */
export const randomRotation = defineTransform({
  name: 'randomRotation',
  parameters: {
    /** Range of the angle, counter-clockwise. */
    degrees: range(-Infinity),
    interpolation: warpInterpolation.default('nearest'),
    /** Value of what comes from beyond the image. */
    fill: z.number().default(0),
  },
  apply: (image, parameters, random) => rotate(image, random.uniform(...parameters.degrees), parameters),
});
