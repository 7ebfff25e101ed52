import { UserError } from '@ssl/errors';
import type { ImageSpec } from './image.ts';
import { callsOf, resolveRecipe } from './resolve-recipe.ts';
import { sizeAfter, type TransformCall } from './transform.ts';
import type { ViewRecipe } from './view-recipe.ts';

/**
 * Checks that a recipe can be applied to images of this size.
 *
 * @returns the size of the views of each group
 * @throws UserError that names the group, the transform and the parameter
 */
export function validateRecipe(recipe: ViewRecipe, image: ImageSpec): Readonly<Record<string, ImageSpec>> {
  const { shared, groups } = resolveRecipe(recipe);
  const calls = callsOf(shared);
  checkedSize('shared', image, calls);
  const sizes = Object.entries(groups).map(([name, { transforms }]): [string, ImageSpec] => [
    name,
    checkedSize(`group "${name}"`, image, [...calls, ...callsOf(transforms)]),
  ]);
  return Object.fromEntries(sizes);
}

function checkedSize(part: string, image: ImageSpec, calls: readonly TransformCall[]): ImageSpec {
  try {
    const { height, width, channels } = sizeAfter(image, calls);
    return { height, width, channels };
  } catch (error) {
    throw new UserError(`view recipe: ${part}: ${(error as Error).message}`, { cause: error });
  }
}
