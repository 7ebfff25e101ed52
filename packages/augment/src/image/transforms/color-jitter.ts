import { z } from 'zod';
import { adjustColor, type ColorAdjustment, type ColorStep } from '../functional/adjust-color.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

const adjustments: readonly ColorAdjustment[] = ['brightness', 'contrast', 'saturation', 'hue'];
const strength = z.number().min(0).default(0);

/**
 * Changes brightness, contrast, saturation and hue in random order, each by a random factor: from
 * [max(0, 1 − strength), 1 + strength], for the hue from [−strength, strength] of the full circle. A strength of 0
 * leaves its adjustment out. Grey images keep saturation and hue.
 *
 * Source: torchvision.transforms.v2.ColorJitter, with the probability of a RandomApply around it.
 */
export const colorJitter = defineTransform({
  name: 'colorJitter',
  parameters: {
    brightness: strength,
    contrast: strength,
    saturation: strength,
    hue: z.number().min(0).max(0.5).default(0),
    probability: probability(1),
  },
  apply(image, parameters, random) {
    const steps: ColorStep[] = [];
    for (const index of random.permutation(adjustments.length)) {
      const adjustment = adjustments[index] as ColorAdjustment;
      const strength = parameters[adjustment];
      if (strength === 0) continue;
      const center = adjustment === 'hue' ? 0 : 1;
      const lowest = adjustment === 'hue' ? -strength : Math.max(0, 1 - strength);
      steps.push({ adjustment, factor: random.uniform(lowest, center + strength) });
    }
    return adjustColor(image, steps);
  },
});
