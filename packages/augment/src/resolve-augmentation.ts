import { UserError, unknownNameError } from '@ssl/errors';
import type { AugmentationRecipe, AugmentationStrength } from './augmentation.ts';
import type { InputSpec } from './input-spec.ts';
import { getModality } from './modalities.ts';

/**
 * The recipe of a named augmentation for an input; `auto` is the modality's default.
 *
 * @param strength what `auto` is to give
 * @throws UserError for a name that the modality does not have (with the nearest), or one that does not fit the input
 */
export function resolveAugmentation(
  name: string,
  input: InputSpec,
  strength: AugmentationStrength,
): AugmentationRecipe {
  const modality = getModality(input.modality);
  const wanted = name === 'auto' ? modality.defaultAugmentation(input, strength) : name;
  const found = modality.augmentations.find((augmentation) => augmentation.name === wanted);
  if (found === undefined) {
    const names = modality.augmentations.map((augmentation) => augmentation.name);
    throw unknownNameError(`augmentation of ${modality.name} samples`, wanted, ['auto', ...names]);
  }
  const missing = found.needs(input);
  if (missing !== undefined)
    throw new UserError(`augmentation "${wanted}" needs ${missing}; use another, or auto`);
  return found.recipe(input);
}
