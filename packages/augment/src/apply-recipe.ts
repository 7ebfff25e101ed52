import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import { describeShape, isSameShape, type InputSpec } from './input-spec.ts';
import type { ViewArray } from './modality.ts';
import { getModality } from './modalities.ts';
import { callsOf, resolveRecipe } from './resolve-recipe.ts';
import type { Sample } from './sample.ts';
import { applyTransforms, type TransformCall, type TransformContext, type ViewTarget } from './transform.ts';
import type { ViewRecipe } from './view-recipe.ts';

/** The views of one sample, by group. */
export type SampleViews = Readonly<Record<string, SampleViewGroup>>;

/** The views of one group: `count` arrays of one shape. */
export interface SampleViewGroup {
  readonly inputs: readonly ViewArray[];
  /** For each view, its targets by name. */
  readonly targets: readonly Readonly<Record<string, ViewTarget>>[];
}

/** A group of a recipe, ready to be applied. */
export interface PreparedGroup {
  readonly name: string;
  readonly count: number;
  readonly stream: string | undefined;
  /** Name and transforms of the shared chain. */
  readonly shared: readonly [name: string, calls: readonly TransformCall[]] | undefined;
  readonly calls: readonly TransformCall[];
  /** Whether a transform mixes in another sample. */
  readonly needsPartner: boolean;
}

const prepared = new WeakMap<ViewRecipe, readonly PreparedGroup[]>();

/** The groups of a recipe. What follows from a recipe is kept: it must not be changed. */
export function prepareRecipe(recipe: ViewRecipe, modalityName: string): readonly PreparedGroup[] {
  let result = prepared.get(recipe);
  if (!result) {
    const modality = getModality(modalityName);
    const { shared, groups } = resolveRecipe(recipe, modalityName);
    const chains = new Map(Object.entries(shared).map(([name, list]) => [name, callsOf(list, modality)]));
    result = Object.entries(groups).map(([name, { count, stream, shared: chain, transforms }]) => {
      const calls = callsOf(transforms, modality);
      const sharedCalls = chain === undefined ? undefined : chains.get(chain);
      return {
        name,
        count,
        stream,
        shared: chain === undefined || sharedCalls === undefined ? undefined : [chain, sharedCalls],
        calls,
        needsPartner: calls.some(({ transform }) => transform.needsPartner === true),
      };
    });
    prepared.set(recipe, result);
  }
  return result;
}

/** What `applyRecipe` is given besides the sample. */
export interface ApplyRecipeOptions {
  readonly recipe: ViewRecipe;
  /** What the network takes. */
  readonly input: InputSpec;
  /** Which of the recipe's groups to make: those of this stream; default: all. */
  readonly stream?: { readonly name: string; readonly isFirst: boolean } | undefined;
  /**
   * For each group and view that mixes in another sample: that sample (see `partnerRandom`). Needed only where the
   * recipe has such transforms.
   */
  readonly partner?: (group: string, viewIndex: number) => Sample;
}

/**
 * Makes the views that a recipe asks for: each shared chain once, then each view from its result, with
 * draws from `random.split(group, view)`, so that no view depends on what another drew. Draws nothing from
 * `random` itself.
 *
 * A pure function: the same sample, recipe, input and random key give the same views, in Node and in a browser.
 *
 * @throws UserError if the recipe is wrong, gives the views of a group different sizes, or the sample does not fit the
 * input
 */
export function applyRecipe(sample: Sample, random: Random, options: ApplyRecipeOptions): SampleViews {
  const { recipe, input, partner } = options;
  const modality = getModality(input.modality);
  const start = modality.begin(sample, input);
  const chains = new Map<string, unknown>();
  const views: Record<string, SampleViewGroup> = {};

  for (const group of groupsOfStream(recipe, input, options.stream)) {
    const { name, count, shared, calls } = group;
    let base = start;
    if (shared !== undefined) {
      const [chain, sharedCalls] = shared;
      if (!chains.has(chain)) {
        chains.set(chain, applyTransforms(start, sharedCalls, random.split(chain), withoutView(input)));
      }
      base = chains.get(chain);
    }
    const inputs: ViewArray[] = [];
    const targets: Record<string, ViewTarget>[] = [];
    for (let viewIndex = 0; viewIndex < count; viewIndex++) {
      const own: Record<string, ViewTarget> = {};
      const viewRandom = random.split(name, viewIndex);
      const context: TransformContext = {
        input,
        viewIndex,
        setTarget: (target, value) => void (own[target] = value),
        partner: () => partnerValue(group, viewIndex, viewRandom, input, partner),
      };
      const view = modality.finish(applyTransforms(base, calls, viewRandom, context), input);
      checkSameShape(name, inputs[0]?.shape ?? view.shape, view.shape);
      inputs.push(view);
      targets.push(own);
    }
    views[name] = { inputs, targets };
  }
  return views;
}

/** The groups of a recipe that are views of a stream's samples. */
export function groupsOfStream(
  recipe: ViewRecipe,
  input: InputSpec,
  stream: ApplyRecipeOptions['stream'],
): readonly PreparedGroup[] {
  const groups = prepareRecipe(recipe, input.modality);
  if (stream === undefined) return groups;
  return groups.filter((group) =>
    group.stream === undefined ? stream.isFirst : group.stream === stream.name,
  );
}

/** Where the index of the sample that a view mixes in is drawn from, given the sample's own stream. */
export function partnerRandom(random: Random, group: string, viewIndex: number): Random {
  return random.split(group, viewIndex, 'partner');
}

/** The other sample, after the transforms that stand before the one that mixes it in. */
function partnerValue(
  { name, shared, calls }: PreparedGroup,
  viewIndex: number,
  viewRandom: Random,
  input: InputSpec,
  partner: ApplyRecipeOptions['partner'],
): unknown {
  if (partner === undefined) {
    throw new UserError(`view recipe: group "${name}" mixes samples, and there is no other sample to mix in`);
  }
  const random = viewRandom.split('partner');
  const first = calls.findIndex(({ transform }) => transform.needsPartner === true);
  const start = getModality(input.modality).begin(partner(name, viewIndex), input);
  const context = withoutView(input);
  const base =
    shared === undefined ? start : applyTransforms(start, shared[1], random.split('shared'), context);
  return applyTransforms(base, calls.slice(0, first), random.split('view'), { ...context, viewIndex });
}

function withoutView(input: InputSpec): TransformContext {
  return {
    input,
    setTarget: () => undefined,
    partner: () => {
      throw new UserError('view recipe: transforms of "shared" cannot mix in another sample');
    },
  };
}

/** @throws UserError if two views of a group differ in shape */
export function checkSameShape(group: string, first: readonly number[], view: readonly number[]): void {
  if (isSameShape(first, view)) return;
  throw new UserError(
    `view recipe: group "${group}": all views must have one size, got ${describeShape(first)} and ` +
      `${describeShape(view)}; give it a transform that fixes the size, such as a random crop`,
  );
}
