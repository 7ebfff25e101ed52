import type { InputSpec } from './input-spec.ts';
import { getModality } from './modalities.ts';
import type { ViewRecipe } from './view-recipe.ts';

/** Name of the only group of an evaluation recipe. */
export const evaluationGroup = 'sample';

/** The one view that features are computed from, without chance. */
export function evaluationRecipe(input: InputSpec): ViewRecipe {
  const transforms = getModality(input.modality).evaluation(input);
  return { groups: { [evaluationGroup]: { count: 1, transforms } } };
}
