import { UserError } from '@ssl/errors';
import { prepareRecipe } from './apply-recipe.ts';
import type { InputSpec } from './input-spec.ts';
import { getModality } from './modalities.ts';
import type { SampleSpec } from './sample.ts';
import { sizeAfter, type TransformCall } from './transform.ts';
import type { ViewRecipe } from './view-recipe.ts';

/**
 * Checks that a recipe can be applied to samples of this kind.
 *
 * @returns the shape of the views of each group
 * @throws UserError that names the group, the transform and the parameter
 */
export function validateRecipe(
  recipe: ViewRecipe,
  samples: SampleSpec,
  input: InputSpec,
): Readonly<Record<string, readonly number[]>> {
  const modality = getModality(input.modality);
  const start = modality.startSize(samples, input);
  const sizes = prepareRecipe(recipe, input.modality).map(
    ({ name, shared, calls }): [string, readonly number[]] => {
      const base = shared === undefined ? start : checkedSize(`chain "${shared[0]}"`, start, shared[1]);
      return [name, modality.shapeOf(checkedSize(`group "${name}"`, base, calls))];
    },
  );
  return Object.fromEntries(sizes);
}

function checkedSize(part: string, size: unknown, calls: readonly TransformCall[]): unknown {
  try {
    return sizeAfter(size, calls);
  } catch (error) {
    throw new UserError(`view recipe: ${part}: ${(error as Error).message}`, { cause: error });
  }
}
