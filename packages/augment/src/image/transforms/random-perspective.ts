import { z } from 'zod';
import { perspective, type Point } from '../functional/perspective.ts';
import { probability, warpInterpolation } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/**
 * Moves the four corners inwards at random, the image with them in perspective; the size stays. Source:
 * torchvision.transforms.v2.RandomPerspective.
 */
export const randomPerspective = defineTransform({
  name: 'randomPerspective',
  parameters: {
    /** How far corners move at most, as a share of half the side. */
    distortionScale: z.number().min(0).max(1).default(0.5),
    interpolation: warpInterpolation.default('bilinear'),
    /** Value of what comes from beyond the image. */
    fill: z.number().default(0),
    probability: probability(0.5),
  },
  apply(image, { distortionScale, interpolation, fill }, random) {
    const { height, width } = image;
    const boundX = Math.trunc(distortionScale * Math.floor(width / 2)) + 1;
    const boundY = Math.trunc(distortionScale * Math.floor(height / 2)) + 1;
    const near = (bound: number) => random.integer(bound);
    const far = (bound: number, length: number) => length - bound + random.integer(bound);
    const corners: readonly [Point, Point, Point, Point] = [
      [near(boundX), near(boundY)],
      [far(boundX, width), near(boundY)],
      [far(boundX, width), far(boundY, height)],
      [near(boundX), far(boundY, height)],
    ];
    const edges: readonly [Point, Point, Point, Point] = [
      [0, 0],
      [width - 1, 0],
      [width - 1, height - 1],
      [0, height - 1],
    ];
    return perspective(image, edges, corners, { interpolation, fill });
  },
});
