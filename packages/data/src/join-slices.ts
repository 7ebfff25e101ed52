import type { ViewBatch, ViewGroupBatch, ViewGroups } from '@ssl/augment';
import { UserError } from '@ssl/errors';

/** The views of some images of a batch. */
export interface ViewSlice {
  /** Images in the slice, in place of the groups' batch size. */
  readonly size: number;
  readonly groups: ViewGroups;
}

/**
 * Puts the slices of a batch together, in order. A single slice is taken as it is, without a copy.
 *
 * @param indices the batch's images in the data set, `[batchSize]`
 * @param labels of the whole data set, where it has some
 * @throws UserError if the slices' views have different sizes
 */
export function joinSlices(
  slices: readonly ViewSlice[],
  indices: Int32Array,
  labels?: Int32Array,
): ViewBatch {
  const [first, ...others] = slices;
  const batchSize = indices.length;
  const groups: Record<string, ViewGroupBatch> = {};
  for (const [name, group] of Object.entries(first?.groups ?? {})) {
    groups[name] = others.length === 0 ? group : joinGroup(name, slices, batchSize, group);
  }
  return {
    batchSize,
    indices,
    ...(labels && { labels: Int32Array.from(indices, (index) => labels[index] as number) }),
    groups,
  };
}

function joinGroup(
  name: string,
  slices: readonly ViewSlice[],
  batchSize: number,
  { count, height, width, channels, targets }: ViewGroupBatch,
): ViewGroupBatch {
  const samples = height * width * channels;
  const images = new Float32Array(count * batchSize * samples);
  const joinedTargets = targets && new Int32Array(count * batchSize);
  let position = 0;
  for (const { size, groups } of slices) {
    const part = groups[name] as ViewGroupBatch;
    if (part.height !== height || part.width !== width) {
      throw new UserError(
        `view recipe: group "${name}": all views must have one size, got ${height}×${width} and ` +
          `${part.height}×${part.width}; give it a transform that fixes the size, such as randomResizedCrop`,
      );
    }
    for (let view = 0; view < count; view++) {
      const row = view * batchSize + position;
      images.set(part.images.subarray(view * size * samples, (view + 1) * size * samples), row * samples);
      if (part.targets) joinedTargets?.set(part.targets.subarray(view * size, (view + 1) * size), row);
    }
    position += size;
  }
  return { count, height, width, channels, images, ...(joinedTargets && { targets: joinedTargets }) };
}
