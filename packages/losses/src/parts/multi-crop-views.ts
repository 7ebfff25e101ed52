import { viewTransforms, type AugmentationRecipe, type ViewRecipe } from '@ssl/augment';
import { UserError } from '@ssl/errors';

/** Which views a method with small crops takes. */
export interface MultiCropOptions {
  /** For the error. */
  readonly method: string;
  /** What the two large views are called. */
  readonly group: string;
  /** Small crops beside them, ≥ 0: the group `local`. */
  readonly localViews: number;
  readonly augmentation: AugmentationRecipe;
  /** An augmentation that has small crops, for the error. */
  readonly example: string;
}

/**
 * Two large views of each sample, and small crops beside them where they are asked for (Caron et al., SwAV, 2020).
 *
 * @throws UserError if small crops are asked for and the augmentation has none
 */
export function multiCropViews(options: MultiCropOptions): ViewRecipe {
  const { method, group, localViews, augmentation, example } = options;
  const large = { [group]: { count: 2, transforms: viewTransforms(augmentation, 2) } };
  if (localViews === 0) return { groups: large };
  if (augmentation.local === undefined) {
    throw new UserError(
      `${method}: the augmentation has no local views; use one that has, such as ${example}, or set methodOptions.localViews to 0`,
    );
  }
  return { groups: { ...large, local: { count: localViews, transforms: augmentation.local } } };
}
