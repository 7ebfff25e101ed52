import type { Normalization } from '../functional/normalize.ts';
import type { ImageSpec } from '../image.ts';
import type { TransformSpec } from '../transform-spec.ts';
import type { ViewRecipe } from '../view-recipe.ts';

/** How the view for evaluation is cut out. */
export interface EvaluationOptions {
  /**
   * Side of the crop as a share of the resized shorter side, in (0, 1]; default 1. torchvision's ImageNet
   * protocol, resize to 256 and crop 224, is 0.875.
   */
  readonly cropFraction?: number;
}

/**
 * The one view that features are computed from, without chance: the shorter side resized, the middle cut out,
 * normalised. Images that have the size already stay as they are.
 *
 * Group `image`.
 */
export function evaluationRecipe(
  image: ImageSpec,
  normalization: Normalization,
  { cropFraction = 1 }: EvaluationOptions = {},
): ViewRecipe {
  const { height, width, channels } = image;
  const transforms: TransformSpec[] = [
    { name: 'resize', size: Math.round(Math.max(height, width) / cropFraction) },
    { name: 'centerCrop', size: [height, width] },
    { name: 'normalize', ...normalization },
  ];
  if (channels === 1) transforms.unshift({ name: 'grayscale', channels });
  return { groups: { image: { count: 1, transforms } } };
}
