import { UserError } from '@ssl/errors';
import { z } from 'zod';
import type { AnyModality } from './modality.ts';
import { getModality } from './modalities.ts';
import { transformUnion } from './transform-union.ts';
import type { Transform, TransformCall, TransformSpec } from './transform.ts';
import type { ViewRecipe } from './view-recipe.ts';

/** A `ViewRecipe` with every default of its transforms filled in, itself a recipe. */
export interface ResolvedRecipe extends ViewRecipe {
  readonly shared: Readonly<Record<string, readonly TransformSpec[]>>;
}

const schemas = new WeakMap<AnyModality, z.ZodType<ResolvedRecipe, ViewRecipe>>();

/** Checks a `ViewRecipe` of a modality and fills in the defaults. */
export function recipeSchema(modality: AnyModality): z.ZodType<ResolvedRecipe, ViewRecipe> {
  let schema = schemas.get(modality);
  if (schema === undefined) {
    const transform = transformUnion(
      Object.values(modality.transforms),
      `transform of ${modality.name} samples`,
    );
    const transformList = z.array(transform).readonly();
    const group = z.strictObject({
      stream: z.string().min(1).optional(),
      shared: z.string().optional(),
      count: z.int().min(1),
      transforms: transformList,
    });
    schema = z
      .strictObject({
        shared: z.record(z.string().min(1), transformList).default({}),
        groups: z.record(z.string().min(1), group).refine((groups) => Object.keys(groups).length > 0, {
          error: 'a recipe needs at least one group of views',
        }),
      })
      .superRefine((recipe, context) => {
        checkChoices(recipe, context);
        checkPartners(recipe, context, modality);
      }) as unknown as z.ZodType<ResolvedRecipe, ViewRecipe>;
    schemas.set(modality, schema);
  }
  return schema;
}

const resolved = new WeakMap<ViewRecipe, ResolvedRecipe>();

/**
 * A recipe with its defaults filled in. The answer for one object is kept: recipes must not be changed.
 *
 * @param modality name of the samples' modality
 * @throws UserError for the first mistake: one line that names the transform and the parameter
 */
export function resolveRecipe(recipe: ViewRecipe, modality: string): ResolvedRecipe {
  let result = resolved.get(recipe);
  if (!result) {
    const parsed = recipeSchema(getModality(modality)).safeParse(recipe);
    if (!parsed.success)
      throw new UserError(describeIssue(recipe, parsed.error.issues[0] as z.core.$ZodIssue));
    result = parsed.data;
    resolved.set(recipe, result);
    resolved.set(result, result);
  }
  return result;
}

/** The transforms of a resolved list, ready to be applied. */
export function callsOf(
  list: readonly TransformSpec[],
  { transforms }: AnyModality,
): readonly TransformCall[] {
  return list.map((parameters) => ({ transform: transforms[parameters.name] as Transform, parameters }));
}

/** What one transform alone cannot know: whether its chain is there, and whether views have choices. */
function checkChoices(
  recipe: { readonly shared: object; readonly groups: object },
  context: z.core.$RefinementCtx,
): void {
  const { shared, groups } = recipe as ResolvedRecipe;
  const complain = (path: readonly PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  for (const [chain, transforms] of Object.entries(shared)) {
    transforms.forEach((transform, index) => {
      if (transform.name !== 'oneOf' || (transform['pick'] !== 'view' && !transform['target'])) return;
      complain(
        ['shared', chain, index],
        'a choice that all views share has no view to follow, nor one to give a target',
      );
    });
  }
  for (const [name, { count, shared: chain, transforms }] of Object.entries(groups)) {
    if (chain !== undefined && shared[chain] === undefined) {
      complain(['groups', name, 'shared'], `there is no chain "${chain}" in "shared"`);
    }
    let targets = 0;
    transforms.forEach((transform, index) => {
      if (transform.name !== 'oneOf') return;
      const path = ['groups', name, 'transforms', index];
      const choices = (transform['choices'] as readonly unknown[]).length;
      if (transform['pick'] === 'view' && choices < count) {
        complain([...path, 'choices'], `${count} views need as many choices, got ${choices}`);
      }
      if (transform['target'] === true && ++targets > 1)
        complain([...path, 'target'], 'a group can have one choice as its target only');
    });
  }
}

/** A sample to mix in is read for each view of a group: a chain that views share has none, nor has a choice. */
function checkPartners(
  recipe: { readonly shared: object; readonly groups: object },
  context: z.core.$RefinementCtx,
  { transforms: known }: AnyModality,
): void {
  const { shared, groups } = recipe as ResolvedRecipe;
  const complain = (path: readonly PropertyKey[], list: readonly TransformSpec[], where: string) =>
    list.forEach(({ name }, index) => {
      if (known[name]?.needsPartner !== true) return;
      const message = `${where} cannot mix in another sample; put it into the transforms of a group`;
      context.addIssue({ code: 'custom', path: [...path, index], message });
    });
  const complainOfChoices = (path: readonly PropertyKey[], list: readonly TransformSpec[]) =>
    list.forEach(({ name, choices }, index) => {
      if (name !== 'oneOf') return;
      (choices as readonly (readonly TransformSpec[])[]).forEach((choice, at) =>
        complain([...path, index, 'choices', at], choice, 'a choice'),
      );
    });
  for (const [chain, list] of Object.entries(shared)) {
    complain(['shared', chain], list, 'transforms of "shared"');
    complainOfChoices(['shared', chain], list);
  }
  for (const [group, { transforms }] of Object.entries(groups)) {
    complainOfChoices(['groups', group, 'transforms'], transforms);
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
