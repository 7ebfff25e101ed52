import type { Random } from '@ssl/random';
import { z } from 'zod';
import { roundHalfToEven } from '../functional/crop.ts';
import { resizedCrop } from '../functional/resize.ts';
import type { Box, FloatImage, RawImage } from '../image.ts';
import { heightAndWidth, interpolation, range, size, withSize } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

const ATTEMPTS = 10;

interface Parameters {
  readonly size: number | readonly [number, number];
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly interpolation: z.output<typeof interpolation>;
  readonly antialias: boolean;
}

/**
 * Cuts out a box of random area and shape, and resizes it. Bicubic's overshoot is clamped to [0, 1], as
 * torchvision does with 8-bit images.
 *
 * Source: torchvision.transforms.v2.RandomResizedCrop.
 */
export const randomResizedCrop = defineTransform({
  name: 'randomResizedCrop',
  parameters: {
    size,
    /** Share of the area. */
    scale: range(Number.MIN_VALUE, 1).default([0.08, 1]),
    /** Width / height of the box. */
    ratio: range(Number.MIN_VALUE).default([3 / 4, 4 / 3]),
    interpolation: interpolation.default('bilinear'),
    antialias: z.boolean().default(true),
  },
  outputSize: (input, parameters) => withSize(input, heightAndWidth(parameters.size)),
  apply: cropAndResize,
  applyToBytes: cropAndResize,
});

function cropAndResize(image: RawImage | FloatImage, parameters: Parameters, random: Random): FloatImage {
  const box = randomCropBox(image, parameters, random);
  const { size, interpolation, antialias } = parameters;
  return resizedCrop(image, box, heightAndWidth(size), { interpolation, antialias, clamp: true });
}

/**
 * Draws a box: up to ten times an area and a shape (uniform in its logarithm), until the box fits; then its place.
 * If none fits, the largest box in the middle whose shape is allowed.
 */
export function randomCropBox(
  image: { readonly height: number; readonly width: number },
  { scale, ratio }: Pick<Parameters, 'scale' | 'ratio'>,
  random: Random,
): Box {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = random.uniform(...scale);
    const logRatio = random.uniform(Math.log(ratio[0]), Math.log(ratio[1]));
    const [height, width] = boxSize(image, area, logRatio);
    if (height > 0 && width > 0 && height <= image.height && width <= image.width) {
      const top = random.integer(image.height - height + 1);
      return { top, left: random.integer(image.width - width + 1), height, width };
    }
  }
  return fallbackBox(image, ratio);
}

/** `[height, width]` of the box with this share of the area and this logarithm of width / height. */
export function boxSize(
  image: { readonly height: number; readonly width: number },
  areaFraction: number,
  logRatio: number,
): readonly [number, number] {
  const area = image.height * image.width * areaFraction;
  const ratio = Math.exp(logRatio);
  return [roundHalfToEven(Math.sqrt(area / ratio)), roundHalfToEven(Math.sqrt(area * ratio))];
}

/** The largest box in the middle of the image whose width / height is within `ratio`. */
export function fallbackBox(
  image: { readonly height: number; readonly width: number },
  ratio: readonly [number, number],
): Box {
  let { height, width } = image;
  if (width / height < ratio[0]) height = roundHalfToEven(width / ratio[0]);
  else if (width / height > ratio[1]) width = roundHalfToEven(height * ratio[1]);
  const top = Math.floor((image.height - height) / 2);
  return { top, left: Math.floor((image.width - width) / 2), height, width };
}
