import { z } from 'zod';
import { grayscale as toGrayscale } from '../functional/grayscale.ts';
import { defineTransform, transformError } from '../image-transform.ts';

/** Makes images grey, with one channel or the same in three. Source: torchvision.transforms.v2.Grayscale. */
export const grayscale = defineTransform({
  name: 'grayscale',
  parameters: { channels: z.union([z.literal(1), z.literal(3)]).default(1) },
  outputSize(input, { channels }) {
    if (input.channels === 1 || input.channels === 3) return { ...input, channels };
    throw transformError('grayscale', `needs images of 1 or 3 channels, got ${input.channels}`);
  },
  apply: (image, { channels }) => toGrayscale(image, channels),
});
