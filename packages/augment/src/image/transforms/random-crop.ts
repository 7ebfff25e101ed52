import { z } from 'zod';
import { crop } from '../functional/crop.ts';
import { pad } from '../functional/pad.ts';
import type { ImageSpec } from '../image.ts';
import { heightAndWidth, size, withSize } from '../parameters.ts';
import { defineTransform, transformError } from '../image-transform.ts';

/**
 * Cuts out a box of this size at a random place, after padding all sides.
 *
 * Source: torchvision.transforms.v2.RandomCrop.
 */
export const randomCrop = defineTransform({
  name: 'randomCrop',
  parameters: {
    size,
    /** Pixels added on each side before. */
    padding: z.int().min(0).default(0),
    /** Zeros, or the image mirrored. */
    paddingMode: z.enum(['constant', 'reflect']).default('constant'),
  },
  outputSize(input, parameters) {
    checkFits(input, parameters);
    return withSize(input, heightAndWidth(parameters.size));
  },
  apply(image, parameters, random) {
    // Samples of a data set may differ in size, so that one was not checked before.
    checkFits(image, parameters);
    const [height, width] = heightAndWidth(parameters.size);
    const padded = parameters.padding > 0 ? pad(image, parameters.padding, parameters.paddingMode) : image;
    const top = random.integer(padded.height - height + 1);
    const left = random.integer(padded.width - width + 1);
    return crop(padded, { top, left, height, width });
  },
});

interface CropParameters {
  readonly size: number | readonly [number, number];
  readonly padding: number;
  readonly paddingMode: 'constant' | 'reflect';
}

function checkFits(image: ImageSpec, { size, padding, paddingMode }: CropParameters): void {
  const [height, width] = heightAndWidth(size);
  if (height > image.height + 2 * padding || width > image.width + 2 * padding) {
    throw transformError(
      'randomCrop',
      `a size of ${height}×${width} does not fit in ${image.height}×${image.width} with a padding of ${padding}`,
    );
  }
  if (paddingMode === 'reflect' && padding >= Math.min(image.height, image.width)) {
    throw transformError(
      'randomCrop',
      `a padding of ${padding} cannot mirror an image of ${image.height}×${image.width}`,
    );
  }
}
