import { resolveRecipe, type Normalization, type ViewRecipe } from '@ssl/augment';

/**
 * The normalisation of a recipe's views, which images without augmentation need as well: that of its first
 * `normalize`, or one that changes nothing where there is none.
 *
 * @param channels of the images
 */
export function recipeNormalization(recipe: ViewRecipe, channels: number): Normalization {
  const { shared, groups } = resolveRecipe(recipe);
  const all = [...Object.values(groups).flatMap(({ transforms }) => transforms), ...shared];
  const found = all.find((transform) => transform.name === 'normalize');
  return found === undefined
    ? { mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(1) }
    : { mean: found.mean, std: found.std };
}
