import { z } from 'zod';
import { gaussianBlur as blur } from '../functional/gaussian-blur.ts';
import { probability, range } from '../parameters.ts';
import { defineTransform, transformError } from '../image-transform.ts';

/**
 * Blurs by a random width. Source: torchvision.transforms.v2.GaussianBlur, with the probability of a RandomApply
 * around it.
 */
export const gaussianBlur = defineTransform({
  name: 'gaussianBlur',
  parameters: {
    /** Odd size in pixels. */
    kernelSize: z
      .int()
      .min(1)
      .refine((value) => value % 2 === 1, { error: 'must be odd' }),
    /** Range of the standard deviation in pixels. */
    sigma: range(Number.MIN_VALUE).default([0.1, 2]),
    probability: probability(1),
  },
  outputSize(input, { kernelSize }) {
    if ((kernelSize - 1) / 2 >= Math.min(input.height, input.width)) {
      throw transformError(
        'gaussianBlur',
        `a kernelSize of ${kernelSize} needs sides of at least ${(kernelSize + 1) / 2} pixels, ` +
          `got ${input.height}×${input.width}`,
      );
    }
    return input;
  },
  apply: (image, { kernelSize, sigma }, random) => blur(image, kernelSize, random.uniform(...sigma)),
});
