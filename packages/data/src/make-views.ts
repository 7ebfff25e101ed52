import {
  allocateViewGroups,
  applyRecipe,
  writeViews,
  type RawImage,
  type ViewGroups,
  type ViewRecipe,
} from '@ssl/augment';
import { createRandom } from '@ssl/random';

import type { ImageDataset } from './dataset.ts';
import type { ViewSlice } from './join-slices.ts';

/** From what views are made. */
export interface ViewOptions {
  readonly dataset: ImageDataset;
  readonly recipe: ViewRecipe;
  readonly seed: number;
}

/** Images that are decoded while the views of another are being made: decoding runs beside JavaScript. */
const readAhead = 4;

/**
 * Reads images and makes their views, each from `createRandom(seed, 'views', epoch, index)`.
 *
 * @param indices into the data set, at least one
 * @param isCancelled asked before each image; once it says so, the rest is left out
 * @throws what `dataset.read` and `applyRecipe` throw
 */
export async function makeViews(
  { dataset, recipe, seed }: ViewOptions,
  epoch: number,
  indices: Int32Array,
  isCancelled: () => boolean = () => false,
): Promise<ViewSlice> {
  const random = createRandom(seed, 'views', epoch);
  const reads: Promise<RawImage>[] = [];
  let groups: ViewGroups = {};
  for (let position = 0; position < indices.length && !isCancelled(); position++) {
    while (reads.length < Math.min(position + readAhead + 1, indices.length)) {
      const read = dataset.read(indices[reads.length] as number);
      // One that fails is awaited in its turn; until then, and after an earlier failure, nobody may complain.
      read.catch(() => undefined);
      reads.push(read);
    }
    const image = await (reads[position] as Promise<RawImage>);
    if (position === 0) groups = allocateViewGroups(recipe, image, indices.length);
    writeViews(groups, position, applyRecipe(image, recipe, random.split(indices[position] as number)));
  }
  return { size: indices.length, groups };
}
