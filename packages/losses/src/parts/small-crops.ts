import type { AugmentationRecipe } from '@ssl/augment';

/** The views of the augmentation cifar10-small, of 24 pixels a side: half the work of 32. */
export const smallCrops: AugmentationRecipe = {
  view: [
    { name: 'randomResizedCrop', size: [24, 24], scale: [0.2, 1] },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 },
    { name: 'randomGrayscale', probability: 0.2 },
  ],
};
