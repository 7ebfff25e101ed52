import { defineAugmentation } from './define.ts';
import { cropRatio, needsColour, sizeOf } from './sizes.ts';

/**
 * BYOL's views of ImageNet (Grill et al., 2020, appendix B, table 6): crops of 8 to 100 %, jitter of 0.4/0.4/0.2/0.1.
 * The first view is always blurred; the second with probability 0.1, and solarised with probability 0.2.
 */
export const byolImagenet = defineAugmentation({
  name: 'byol-imagenet',
  description: 'asymmetric crops of 8 to 100 %, flips, colour jitter, blur and solarisation',
  source: 'Grill et al., NeurIPS 2020, appendix B, table 6',
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: [
      {
        ...{ name: 'randomResizedCrop', size: sizeOf(input), scale: [0.08, 1], ratio: cropRatio(input) },
        interpolation: 'bicubic',
      },
      { name: 'randomHorizontalFlip', probability: 0.5 },
      { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8 },
      { name: 'randomGrayscale', probability: 0.2 },
    ],
    alternately: [
      [{ name: 'gaussianBlur', kernelSize: 23, sigma: [0.1, 2], probability: 1 }],
      [
        { name: 'gaussianBlur', kernelSize: 23, sigma: [0.1, 2], probability: 0.1 },
        { name: 'randomSolarize', threshold: 0.5, probability: 0.2 },
      ],
    ],
  }),
});
