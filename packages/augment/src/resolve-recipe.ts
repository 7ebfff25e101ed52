import { UserError } from '@ssl/errors';
import { z } from 'zod';
import { transforms, transformSchema, type ResolvedTransform } from './transform-spec.ts';
import type { TransformCall } from './transform.ts';
import type { ViewRecipe } from './view-recipe.ts';

/** A `ViewRecipe` with every default of its transforms filled in, itself a recipe. */
export interface ResolvedRecipe extends ViewRecipe {
  readonly shared: readonly ResolvedTransform[];
  readonly groups: Readonly<Record<string, ResolvedGroup>>;
}

/** A `ViewGroupSpec` with every default filled in. */
export interface ResolvedGroup {
  readonly count: number;
  readonly transforms: readonly ResolvedTransform[];
}

const transformList = z.array(transformSchema).readonly();

/** Checks a `ViewRecipe` and fills in the defaults. */
export const recipeSchema: z.ZodType<ResolvedRecipe, ViewRecipe> = z
  .strictObject({
    shared: transformList.default([]),
    groups: z
      .record(z.string().min(1), z.strictObject({ count: z.int().min(1), transforms: transformList }))
      .refine((groups) => Object.keys(groups).length > 0, {
        error: 'a recipe needs at least one group of views',
      }),
  })
  .superRefine(checkChoices);

const resolved = new WeakMap<ViewRecipe, ResolvedRecipe>();

/**
 * A recipe with its defaults filled in. The answer for one object is kept: recipes must not be changed.
 *
 * @throws UserError for the first mistake: one line that names the transform and the parameter
 */
export function resolveRecipe(recipe: ViewRecipe): ResolvedRecipe {
  let result = resolved.get(recipe);
  if (!result) {
    const parsed = recipeSchema.safeParse(recipe);
    if (!parsed.success)
      throw new UserError(describeIssue(recipe, parsed.error.issues[0] as z.core.$ZodIssue));
    result = parsed.data;
    resolved.set(recipe, result);
    resolved.set(result, result);
  }
  return result;
}

/** The transforms of a resolved list, ready to be applied. */
export function callsOf(list: readonly ResolvedTransform[]): readonly TransformCall[] {
  return list.map((parameters) => ({ transform: transforms[parameters.name], parameters }));
}

/** What one transform alone cannot know: whether views have choices, and at most one target. */
function checkChoices(recipe: ResolvedRecipe, context: z.core.$RefinementCtx): void {
  const complain = (path: readonly PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  recipe.shared.forEach((transform, index) => {
    if (transform.name !== 'oneOf' || (transform.pick !== 'view' && !transform.target)) return;
    complain(
      ['shared', index],
      'a choice that all views share has no view to follow, nor one to give a target',
    );
  });
  for (const [name, { count, transforms }] of Object.entries(recipe.groups)) {
    let targets = 0;
    transforms.forEach((transform, index) => {
      if (transform.name !== 'oneOf') return;
      const path = ['groups', name, 'transforms', index];
      if (transform.pick === 'view' && transform.choices.length < count) {
        complain(
          [...path, 'choices'],
          `${count} views need as many choices, got ${transform.choices.length}`,
        );
      }
      if (transform.target && ++targets > 1)
        complain([...path, 'target'], 'a group can have one target only');
    });
  }
}

/** `view recipe: groups.views.transforms[0] (randomResizedCrop): scale[1]: Too big: …`. */
function describeIssue(recipe: unknown, { path, message }: z.core.$ZodIssue): string {
  let value = recipe;
  let text = '';
  for (const key of path) {
    text += typeof key === 'number' ? `[${key}]` : `${text && '.'}${String(key)}`;
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    const name = (value as { name?: unknown } | undefined)?.name;
    if (typeof name === 'string' && typeof key === 'number') text += ` (${name}):`;
  }
  const place = text.replaceAll(':.', ': ').replace(/:$/, '');
  return place === '' ? `view recipe: ${message}` : `view recipe: ${place}: ${message}`;
}
