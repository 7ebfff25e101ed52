import { z } from 'zod';
import type { ImageSpec } from './image.ts';

/** A probability in [0, 1]. */
export function probability(byDefault: number) {
  return z.number().min(0).max(1).default(byDefault);
}

/** Pixels: an integer from 1. */
export const pixels = z.int().min(1).max(65_535);

/** One number for a square, or `[height, width]`. */
export const size = z.union([pixels, z.tuple([pixels, pixels]).readonly()]);

/** `[height, width]` of a parameter that takes one number for a square. */
export function heightAndWidth(
  value: number | readonly [number, number],
): readonly [height: number, width: number] {
  return typeof value === 'number' ? [value, value] : value;
}

/** `input` with another height and width. */
export function withSize(input: ImageSpec, [height, width]: readonly [number, number]): ImageSpec {
  return { ...input, height, width };
}

/** `[low, high]` with both ends within bounds. */
export function range(lowest: number, highest = Infinity) {
  const bound = z.number().min(lowest).max(highest);
  return z
    .tuple([bound, bound])
    .readonly()
    .refine(([low, high]) => low <= high, { error: 'the lower end must not be above the upper end' });
}

/** How to sample between pixels when resizing. */
export const interpolation = z.enum(['nearest', 'bilinear', 'bicubic']);

/** How to sample between pixels when warping. */
export const warpInterpolation = z.enum(['nearest', 'bilinear']);
