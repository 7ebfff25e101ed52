import { z } from 'zod';
import { resize as resizeImage, shorterSideSize } from '../functional/resize.ts';
import type { ImageSpec } from '../image.ts';
import { interpolation, size, withSize } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

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
    /**
     * For `[height, width]`: `stretch` to exactly this size, or `cover` it: the smallest size of the image's own
     * proportions that is not smaller in either direction.
     */
    fit: z.enum(['stretch', 'cover']).default('stretch'),
    interpolation: interpolation.default('bilinear'),
    antialias: z.boolean().default(true),
  },
  outputSize: (input, parameters) => withSize(input, targetSize(input, parameters)),
  apply(image, parameters) {
    const { interpolation, antialias } = parameters;
    return resizeImage(image, targetSize(image, parameters), { interpolation, antialias, clamp: true });
  },
});

interface SizeParameters {
  readonly size: number | readonly [number, number];
  readonly fit: 'stretch' | 'cover';
}

function targetSize(image: ImageSpec, { size, fit }: SizeParameters): readonly [number, number] {
  if (typeof size === 'number') return shorterSideSize(image, size);
  if (fit === 'stretch') return size;
  const [height, width] = size;
  const factor = Math.max(height / image.height, width / image.width);
  return [
    Math.max(height, Math.round(image.height * factor)),
    Math.max(width, Math.round(image.width * factor)),
  ];
}
