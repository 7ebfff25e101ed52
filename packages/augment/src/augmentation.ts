import { z } from 'zod';
import type { InputSpec } from './input-spec.ts';
import type { TransformSpec } from './transform.ts';

/**
 * How much of a sample an augmentation changes. `weak`: place and size only, e.g. crops and flips, for methods that
 * reconstruct or classify; `strong`: everything that must not matter, for methods that compare views.
 */
export type AugmentationStrength = 'weak' | 'strong';

/** How views of a sample are made, as JSON. Methods compose it with what is theirs; nobody takes it apart. */
export interface AugmentationRecipe {
  /** Transforms of each view. */
  readonly view: readonly TransformSpec[];
  /**
   * What views get after `view`, in turn: the first list goes to a sample's first view, and so on; for asymmetric
   * pairs, such as BYOL's.
   */
  readonly alternately?: readonly (readonly TransformSpec[])[] | undefined;
  /** Transforms of small local views, for multi-crop methods. */
  readonly local?: readonly TransformSpec[] | undefined;
}

/** An augmentation with a name. */
export interface Augmentation {
  /** In kebab-case. */
  readonly name: string;
  readonly description: string;
  /** Paper or program, with its commit. */
  readonly source: string;
  readonly strength: AugmentationStrength;
  /** Whether it can be applied to an input, or what it needs, to complete "needs …". */
  needs(input: InputSpec): string | undefined;
  /** Fitted to the size of the input. */
  recipe(input: InputSpec): AugmentationRecipe;
}

const list = z.array(z.looseObject({ name: z.string() })).readonly();

/** The form of an augmentation file; its transforms are checked with the recipe that they become part of. */
export const augmentationRecipeSchema: z.ZodType<AugmentationRecipe, AugmentationRecipe> = z.strictObject({
  view: list,
  alternately: z.array(list).min(1).readonly().optional(),
  local: list.optional(),
});

/**
 * The transforms of a group of `count` views of an augmentation.
 *
 * @throws RangeError never: with one view, `alternately` gives its first list
 */
export function viewTransforms(
  { view, alternately }: AugmentationRecipe,
  count: number,
): readonly TransformSpec[] {
  if (alternately === undefined) return view;
  if (count === 1) return [...view, ...(alternately[0] ?? [])];
  const choices = Array.from({ length: count }, (_, index) => alternately[index % alternately.length] ?? []);
  return [...view, { name: 'oneOf', pick: 'view', choices }];
}
