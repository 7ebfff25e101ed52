import { viewTransforms, type AugmentationRecipe, type ViewRecipe } from '@ssl/augment';

/** Two views of each sample in one group, `views`: what most methods compare. */
export function twoViews(augmentation: AugmentationRecipe): ViewRecipe {
  return { groups: { views: { count: 2, transforms: viewTransforms(augmentation, 2) } } };
}
