import { unknownNameError } from '@ssl/errors';
import { z } from 'zod';
import { centerCrop } from './transforms/center-crop.ts';
import { colorJitter } from './transforms/color-jitter.ts';
import { gaussianBlur } from './transforms/gaussian-blur.ts';
import { gaussianNoise } from './transforms/gaussian-noise.ts';
import { grayscale } from './transforms/grayscale.ts';
import { hsvNoise } from './transforms/hsv-noise.ts';
import { normalize } from './transforms/normalize.ts';
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
export const plainTransforms = {
  centerCrop,
  colorJitter,
  gaussianBlur,
  gaussianNoise,
  grayscale,
  hsvNoise,
  normalize,
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

type NamedSchema = z.ZodObject<{ name: z.ZodLiteral<string> }>;
type PlainSchema = (typeof plainTransforms)[keyof typeof plainTransforms]['schema'];

/** One transform with its parameters, as JSON. */
export type PlainTransformSpec = z.input<PlainSchema>;

/** The same with every default filled in. */
export type ResolvedPlainTransform = z.output<PlainSchema>;

/** The schemas of `plainTransforms`, for a union of them. */
export const plainSchemas = Object.values(plainTransforms).map((transform) => transform.schema);

/** Checks a `PlainTransformSpec` and fills in its defaults. */
export const plainTransformSchema = unionByName<PlainSchema>(plainSchemas);

/** A union of transforms' schemas whose message for a wrong name says the nearest right one. */
export function unionByName<Schema extends NamedSchema>(
  schemas: readonly Schema[],
): z.ZodType<z.output<Schema>, z.input<Schema>> {
  const names = schemas.map((schema) => schema.shape.name.value);
  return z.discriminatedUnion('name', schemas as unknown as [Schema, ...Schema[]], {
    error: ({ input }) => {
      const name = typeof input === 'object' && input !== null && 'name' in input ? input.name : undefined;
      if (typeof name === 'string') return unknownNameError('transform', name, names).message;
      return 'expected a transform: an object with its "name" and its parameters';
    },
  });
}
