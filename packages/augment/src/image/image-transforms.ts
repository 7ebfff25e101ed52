import type { z } from 'zod';
import { createOneOf } from '../one-of.ts';
import { transformUnion } from '../transform-union.ts';
import type { Transform } from '../transform.ts';
import { describeSize, type ImageSpec } from './image.ts';
import type { ImageValue } from './image-transform.ts';
import { patchMask } from './transforms/patch-mask.ts';
import { centerCrop } from './transforms/center-crop.ts';
import { colorJitter } from './transforms/color-jitter.ts';
import { gaussianBlur } from './transforms/gaussian-blur.ts';
import { gaussianNoise } from './transforms/gaussian-noise.ts';
import { grayscale } from './transforms/grayscale.ts';
import { hsvNoise } from './transforms/hsv-noise.ts';
import { randomAdjustSharpness } from './transforms/random-adjust-sharpness.ts';
import { randomAffine } from './transforms/random-affine.ts';
import { randomAutocontrast } from './transforms/random-autocontrast.ts';
import { randomCrop } from './transforms/random-crop.ts';
import { randomErasing } from './transforms/random-erasing.ts';
import { randomGrayscale } from './transforms/random-grayscale.ts';
import { randomHorizontalFlip } from './transforms/random-horizontal-flip.ts';
import { randomInvert } from './transforms/random-invert.ts';
import { randomMask } from './transforms/random-mask.ts';
import { randomPerspective } from './transforms/random-perspective.ts';
import { randomPosterize } from './transforms/random-posterize.ts';
import { randomResizedCrop } from './transforms/random-resized-crop.ts';
import { randomRotation } from './transforms/random-rotation.ts';
import { randomSolarize } from './transforms/random-solarize.ts';
import { randomVerticalFlip } from './transforms/random-vertical-flip.ts';
import { resize } from './transforms/resize.ts';
import { rotate90 } from './transforms/rotate90.ts';
import { shuffleTiles } from './transforms/shuffle-tiles.ts';

/** All transforms but `oneOf`, which is made of them. */
const plainTransforms = {
  centerCrop,
  colorJitter,
  gaussianBlur,
  gaussianNoise,
  grayscale,
  hsvNoise,
  patchMask,
  randomAdjustSharpness,
  randomAffine,
  randomAutocontrast,
  randomCrop,
  randomErasing,
  randomGrayscale,
  randomHorizontalFlip,
  randomInvert,
  randomMask,
  randomPerspective,
  randomPosterize,
  randomResizedCrop,
  randomRotation,
  randomSolarize,
  randomVerticalFlip,
  resize,
  rotate90,
  shuffleTiles,
};

type PlainSchema = (typeof plainTransforms)[keyof typeof plainTransforms]['schema'];

const oneOf = createOneOf(
  plainTransforms as unknown as Readonly<Record<string, Transform<ImageValue, ImageSpec>>>,
  transformUnion<PlainSchema>(Object.values(plainTransforms)),
  describeSize,
);

/** Every transform of images by its name; names and meanings are torchvision's (transforms.v2), in camelCase. */
export const imageTransforms = { ...plainTransforms, oneOf };

type ImageTransformSchema = (typeof imageTransforms)[keyof typeof imageTransforms]['schema'];

/**
 * One transform of images with its parameters, as JSON; each one's file in `transforms/` says what they mean and what
 * their defaults are. Ranges are `[low, high]`. A size is one number for a square or `[height, width]`.
 */
export type ImageTransformSpec = z.input<ImageTransformSchema>;
