import { defineAugmentation } from './define.ts';
import { needsColour, sizeOf } from './sizes.ts';

/**
 * For the data set `generated:shapes`: what two views share is nearly the shape alone. Colours, and which
 * of shape and background is lighter, are chance there and would be the easier classes to find, so hues turn all
 * the way round, every second view is a negative, and two of five are grey. Crops are mild, of 60 % of the picture or
 * more and nearly square, so that they seldom cut the shape off or bend its proportions.
 */
export const generatedShapes = defineAugmentation({
  name: 'generated-shapes',
  description: 'mild crops with any hue and random negatives, so that only the shape is shared',
  source: 'this project',
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: [
      { name: 'randomResizedCrop', size: sizeOf(input), scale: [0.6, 1], ratio: [0.85, 1.18] },
      { name: 'randomHorizontalFlip', probability: 0.5 },
      { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.5, probability: 0.8 },
      { name: 'randomGrayscale', probability: 0.4 },
      { name: 'randomInvert', probability: 0.5 },
    ],
  }),
});
