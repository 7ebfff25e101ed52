import { checkSameSize, type ImageViews } from './apply-recipe.ts';
import type { ImageSpec } from './image.ts';
import { resolveRecipe } from './resolve-recipe.ts';
import { validateRecipe } from './validate-recipe.ts';
import type { ViewRecipe } from './view-recipe.ts';

/** The views of a batch, as they come from the workers: typed arrays, ready to be made tensors. */
export interface ViewBatch {
  /** Images in the batch. */
  readonly batchSize: number;
  /** Index of each image in the data set, `[batchSize]`. */
  readonly indices: Int32Array;
  /** Class of each image, `[batchSize]`, −1 where unknown; absent where the data set has no labels. */
  readonly labels?: Int32Array;
  readonly groups: ViewGroups;
}

/** The groups of views of several images, by name. */
export type ViewGroups = Readonly<Record<string, ViewGroupBatch>>;

/** One group of views of a batch. */
export interface ViewGroupBatch {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[count × batchSize, height, width, channels]`, view-major: view i of all images, then view i + 1. */
  readonly images: Float32Array;
  /** `[count × batchSize]`: the choice of the group's `oneOf` with `target: true`, where it has one. */
  readonly targets?: Int32Array;
}

/**
 * Room for the views of `batchSize` images, all 0, to be filled by `writeViews`.
 *
 * @param image size of the data set's images; any one of them will do where the recipe fixes the size of its views
 * @throws UserError if the recipe cannot be applied to such images
 */
export function allocateViewGroups(recipe: ViewRecipe, image: ImageSpec, batchSize: number): ViewGroups {
  const sizes = validateRecipe(recipe, image);
  const groups = Object.entries(resolveRecipe(recipe).groups).map(
    ([name, { count, transforms }]): [string, ViewGroupBatch] => {
      const { height, width, channels } = sizes[name] as ImageSpec;
      const images = new Float32Array(count * batchSize * height * width * channels);
      const hasTarget = transforms.some((transform) => transform.name === 'oneOf' && transform.target);
      const targets = hasTarget ? { targets: new Int32Array(count * batchSize) } : {};
      return [name, { count, height, width, channels, images, ...targets }];
    },
  );
  return Object.fromEntries(groups);
}

/**
 * Writes the views of one image to its place in a batch.
 *
 * @param position of the image, from 0 to batchSize − 1
 * @throws UserError if the views have another size than the batch
 */
export function writeViews(groups: ViewGroups, position: number, views: ImageViews): void {
  for (const [name, group] of Object.entries(groups)) {
    const samples = group.height * group.width * group.channels;
    const batchSize = group.images.length / (group.count * samples);
    const { images = [], targets } = views[name] ?? {};
    images.forEach((image, view) => {
      checkSameSize(name, group, image);
      const row = view * batchSize + position;
      group.images.set(image.data, row * samples);
      if (group.targets && targets) group.targets[row] = targets[view] as number;
    });
  }
}
