import { defineAugmentation } from './define.ts';
import { cropRatio, needsColour, sizeOf } from './sizes.ts';

/**
 * For small images and small budgets: crops of 20 to 100 %, flip, colour jitter of 0.4/0.4/0.4/0.1 with
 * probability 0.8, grey with probability 0.2. It is the augmentation of this project's PyTorch reference run, which
 * differs in three details that torchvision has no transform for: it always jitters in the same order, turns the
 * hue in YIQ, and lets crops of unusual shape reach over the border, mirrored.
 */
export const cifar10Small = defineAugmentation({
  name: 'cifar10-small',
  description: 'crops of 20 to 100 %, flips and mild colour jitter, for small colour images',
  source: 'this project’s PyTorch reference program',
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: [
      { name: 'randomResizedCrop', size: sizeOf(input), scale: [0.2, 1], ratio: cropRatio(input) },
      { name: 'randomHorizontalFlip', probability: 0.5 },
      { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 },
      { name: 'randomGrayscale', probability: 0.2 },
    ],
  }),
});
