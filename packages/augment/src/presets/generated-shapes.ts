import type { TransformSpec } from '../transform-spec.ts';
import type { ViewRecipe } from '../view-recipe.ts';
import type { PresetOptions } from './simclr.ts';

/**
 * Two views for the data set `generated:shapes`: what two views share is nearly the shape alone. Colours, and which
 * of shape and background is lighter, are chance there and would be the easier classes to find, so hues turn all
 * the way round, every second view is a negative, and two of five are grey. Crops are mild, of 60 % of the picture or
 * more and nearly square, so that they seldom cut the shape off or bend its proportions.
 *
 * Group `views`.
 */
export function generatedShapesRecipe(options: PresetOptions = {}): ViewRecipe {
  const { imageSize = 32, normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } } = options;
  const transforms: readonly TransformSpec[] = [
    { name: 'randomResizedCrop', size: imageSize, scale: [0.6, 1], ratio: [0.85, 1.18] },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.5, probability: 0.8 },
    { name: 'randomGrayscale', probability: 0.4 },
    { name: 'randomInvert', probability: 0.5 },
    { name: 'normalize', ...normalization },
  ];
  return { groups: { views: { count: 2, transforms } } };
}
