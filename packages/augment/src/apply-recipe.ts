import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import { describeSize, type FloatImage, type ImageSpec, type RawImage } from './image.ts';
import { toFloatImage } from './functional/convert.ts';
import { callsOf, resolveRecipe } from './resolve-recipe.ts';
import { applyTransforms, type TransformCall } from './transform.ts';
import type { ViewRecipe } from './view-recipe.ts';

/** The views of one image, by group. */
export type ImageViews = Readonly<Record<string, ImageViewGroup>>;

/** The views of one group: `count` images of one size. */
export interface ImageViewGroup {
  readonly images: readonly FloatImage[];
  /** For each view, the choice of the group's `oneOf` with `target: true`, where it has one. */
  readonly targets?: readonly number[];
}

interface PreparedRecipe {
  readonly shared: readonly TransformCall[];
  readonly groups: readonly {
    readonly name: string;
    readonly count: number;
    readonly hasTarget: boolean;
    readonly calls: readonly TransformCall[];
  }[];
}

const prepared = new WeakMap<ViewRecipe, PreparedRecipe>();

/**
 * Makes the views that a recipe asks for: the shared transforms once, then each view from their result, with
 * draws from `random.split(group, view)`, so that no view depends on what another drew. Draws nothing from
 * `random` itself.
 *
 * A pure function: the same image, recipe and random key give the same views, in Node and in a browser. Views may
 * share their memory with each other: do not write to them.
 *
 * @param recipe must not be changed afterwards: what follows from it is kept
 * @throws UserError if the recipe is wrong, or gives the views of a group different sizes
 */
export function applyRecipe(image: RawImage, recipe: ViewRecipe, random: Random): ImageViews {
  const { shared, groups } = prepare(recipe);
  const convert = convertOnce();
  const base =
    shared.length > 0 ? applyTransforms(image, shared, random.split('shared'), withoutView, convert) : image;
  const views: Record<string, ImageViewGroup> = {};
  for (const { name, count, hasTarget, calls } of groups) {
    const images: FloatImage[] = [];
    const targets: number[] = [];
    for (let viewIndex = 0; viewIndex < count; viewIndex++) {
      const context = { viewIndex, setTarget: (target: number) => void (targets[viewIndex] = target) };
      const view = applyTransforms(base, calls, random.split(name, viewIndex), context, convert);
      checkSameSize(name, images[0] ?? view, view);
      images.push(view);
    }
    views[name] = hasTarget ? { images, targets } : { images };
  }
  return views;
}

const withoutView = { setTarget: () => undefined };

function prepare(recipe: ViewRecipe): PreparedRecipe {
  let result = prepared.get(recipe);
  if (!result) {
    const { shared, groups } = resolveRecipe(recipe);
    result = {
      shared: callsOf(shared),
      groups: Object.entries(groups).map(([name, { count, transforms }]) => ({
        name,
        count,
        hasTarget: transforms.some((transform) => transform.name === 'oneOf' && transform.target),
        calls: callsOf(transforms),
      })),
    };
    prepared.set(recipe, result);
  }
  return result;
}

/** Converts one image to float32 when the first view needs it whole, and remembers it for the others. */
function convertOnce(): (image: RawImage) => FloatImage {
  let converted: FloatImage | undefined;
  return (image) => (converted ??= toFloatImage(image));
}

/** @throws UserError if two views of a group differ in size */
export function checkSameSize(group: string, first: ImageSpec, view: ImageSpec): void {
  if (view.height === first.height && view.width === first.width && view.channels === first.channels) return;
  throw new UserError(
    `view recipe: group "${group}": all views must have one size, got ${describeSize(first)} and ` +
      `${describeSize(view)}; give it a transform that fixes the size, such as randomResizedCrop`,
  );
}
