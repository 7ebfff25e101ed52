import type { TransformSpec } from '../transform-spec.ts';
import type { ViewRecipe } from '../view-recipe.ts';
import type { PresetOptions } from './simclr.ts';

/** CIFAR-10's statistics as RotNet's program has them. */
const rotnetNormalization = {
  mean: [125.3 / 255, 123 / 255, 113.9 / 255],
  std: [63 / 255, 62.1 / 255, 66.7 / 255],
} as const;

/** The four rotations as four views, each with the number of its quarter turns as its target. */
export const fourRotations = {
  name: 'oneOf',
  pick: 'view',
  target: true,
  choices: [0, 1, 2, 3].map((turns) => [{ name: 'rotate90', turns }] as const),
} as const satisfies TransformSpec;

/**
 * RotNet's views of CIFAR-10 (Gidaris et al., 2018; gidariss/FeatureLearningRotNet at edafaba, dataloader.py): one
 * crop of the image padded by 4, one flip, and from them all four rotations, whose targets are 0 … 3. Rows are
 * view-major here, image-major there; the loss does not mind.
 *
 * Group `views`.
 */
export function cifar10RotationRecipe(options: PresetOptions = {}): ViewRecipe {
  const { imageSize = 32, normalization = rotnetNormalization } = options;
  const normalize: TransformSpec = { name: 'normalize', ...normalization };
  return {
    shared: [
      { name: 'randomCrop', size: imageSize, padding: 4 },
      { name: 'randomHorizontalFlip', probability: 0.5 },
    ],
    groups: { views: { count: 4, transforms: [fourRotations, normalize] } },
  };
}
