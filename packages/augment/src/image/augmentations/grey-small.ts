import type { ImageTransformSpec } from '../image-transforms.ts';
import { defineAugmentation } from './define.ts';
import { cropRatio, needsNothing, sizeOf } from './sizes.ts';

const affine: ImageTransformSpec = {
  ...{
    name: 'randomAffine',
    degrees: [-15, 15],
    translate: [0.1, 0.1],
    scale: [0.85, 1.15],
    shearX: [-12, 12],
  },
  interpolation: 'bilinear',
};

/**
 * For small grey images of one thing each, such as digits and characters: mild crops, small rotations, shifts and
 * shears, and changes of contrast. No flips: a mirrored character is another character, or none.
 */
export const greySmall = defineAugmentation({
  name: 'grey-small',
  description:
    'mild crops, small rotations and shears, contrast and blur, no flips: for digits and characters',
  source: 'this project',
  strength: 'strong',
  needs: needsNothing,
  recipe: (input) => ({
    view: [
      affine,
      { name: 'randomResizedCrop', size: sizeOf(input), scale: [0.5, 1], ratio: cropRatio(input) },
      { name: 'colorJitter', brightness: 0.4, contrast: 0.4, probability: 0.8 },
      { name: 'gaussianBlur', kernelSize: 3, sigma: [0.1, 1], probability: 0.3 },
    ],
  }),
});

/** For such images where a method reconstructs them: shifts, small rotations and shears only. */
export const greySmallWeak = defineAugmentation({
  name: 'grey-small-weak',
  description: 'small rotations, shifts and shears, no flips: for digits and characters',
  source: 'this project',
  strength: 'weak',
  needs: needsNothing,
  recipe: (input) => ({
    view: [
      { name: 'resize', size: sizeOf(input), fit: 'cover' },
      { name: 'centerCrop', size: sizeOf(input) },
      affine,
    ],
  }),
});
