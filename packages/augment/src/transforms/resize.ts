import { z } from 'zod';
import { resize as resizeImage, shorterSideSize } from '../functional/resize.ts';
import type { ImageSpec } from '../image.ts';
import { interpolation, size, withSize } from '../parameters.ts';
import { defineTransform } from '../transform.ts';

/**
 * Resizes. Bicubic's overshoot is clamped to [0, 1], as torchvision does with 8-bit images.
 *
 * Source: torchvision.transforms.v2.Resize.
 */
export const resize = defineTransform({
  name: 'resize',
  parameters: {
    /** A number: the shorter side becomes this; `[height, width]`: exactly this size. */
    size,
    interpolation: interpolation.default('bilinear'),
    antialias: z.boolean().default(true),
  },
  outputSize: (input, parameters) => withSize(input, targetSize(input, parameters.size)),
  apply(image, parameters) {
    const { interpolation, antialias } = parameters;
    return resizeImage(image, targetSize(image, parameters.size), { interpolation, antialias, clamp: true });
  },
});

function targetSize(image: ImageSpec, value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === 'number' ? shorterSideSize(image, value) : value;
}
