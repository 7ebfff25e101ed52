import { z } from 'zod';
import { roundHalfToEven } from '../functional/crop.ts';
import { erase } from '../functional/erase.ts';
import { probability, range } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

const ATTEMPTS = 10;

/**
 * Overwrites a box of random area, shape and place; if none of ten tries is smaller than the image, nothing.
 * Values are those before normalisation, in [0, 1].
 *
 * Source: torchvision.transforms.v2.RandomErasing.
 */
export const randomErasing = defineTransform({
  name: 'randomErasing',
  parameters: {
    /** Share of the area. */
    scale: range(Number.MIN_VALUE, 1).default([0.02, 0.33]),
    /** Height / width of the box. */
    ratio: range(Number.MIN_VALUE).default([0.3, 3.3]),
    /** A value for all samples, or `random`: normally distributed, mean 0, standard deviation 1. */
    value: z.union([z.number(), z.literal('random')]).default(0),
    probability: probability(0.5),
  },
  apply(image, { scale, ratio, value }, random) {
    const draw = value === 'random' ? () => random.normal() : () => value;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const area = image.height * image.width * random.uniform(...scale);
      const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
      const height = roundHalfToEven(Math.sqrt(area * aspect));
      const width = roundHalfToEven(Math.sqrt(area / aspect));
      if (height < image.height && width < image.width) {
        const top = random.integer(image.height - height + 1);
        const left = random.integer(image.width - width + 1);
        return erase(image, [{ top, left, height, width }], draw);
      }
    }
    return image;
  },
});
