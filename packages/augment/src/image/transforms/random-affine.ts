import { z } from 'zod';
import { affine } from '../functional/affine.ts';
import { roundHalfToEven } from '../functional/crop.ts';
import { range, warpInterpolation } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

const share = z.number().min(0).max(1);

/**
 * Turns, shifts, scales and shears at random about the centre; the size stays. Source:
 * torchvision.transforms.v2.RandomAffine.
 */
export const randomAffine = defineTransform({
  name: 'randomAffine',
  parameters: {
    /** Range of the angle, clockwise. */
    degrees: range(-Infinity).default([0, 0]),
    /** Largest shift along x and y, as a share of width and height; shifts are whole pixels. */
    translate: z.tuple([share, share]).readonly().default([0, 0]),
    scale: range(Number.MIN_VALUE).default([1, 1]),
    /** Range of the shear along x, in degrees. */
    shearX: range(-89, 89).default([0, 0]),
    /** Range of the shear along y, in degrees. */
    shearY: range(-89, 89).default([0, 0]),
    interpolation: warpInterpolation.default('nearest'),
    /** Value of what comes from beyond the image. */
    fill: z.number().default(0),
  },
  apply(image, { degrees, translate, scale, shearX, shearY, interpolation, fill }, random) {
    const shift = (length: number, share: number) =>
      roundHalfToEven(random.uniform(-share * length, share * length));
    const angle = random.uniform(...degrees);
    const x = shift(image.width, translate[0]);
    const y = shift(image.height, translate[1]);
    const factor = random.uniform(...scale);
    const shear = [random.uniform(...shearX), random.uniform(...shearY)] as const;
    return affine(image, { angle, translate: [x, y], scale: factor, shear }, { interpolation, fill });
  },
});
