import {
  describeShape,
  emptyLike,
  isSameShape,
  sizeOfShape,
  type StreamBatch,
  type TargetBatch,
  type ViewBatch,
  type ViewGroupBatch,
  type ViewGroups,
} from '@ssl/augment';
import { UserError } from '@ssl/errors';

import type { BatchSegment } from './batch-order.ts';

/** The views of some samples of a stream of a batch. */
export interface ViewSlice {
  readonly stream: string;
  /** Samples in the slice. */
  readonly size: number;
  readonly groups: ViewGroups;
}

/**
 * Puts the slices of a batch together, in order. A single slice of a stream is taken as it is, without a copy.
 *
 * @param segments the batch's samples in the data set
 * @param labels of the whole data set, where it has some
 * @throws UserError if the slices' views have different sizes
 */
export function joinSlices(
  slices: readonly ViewSlice[],
  segments: readonly BatchSegment[],
  labels?: Int32Array,
): ViewBatch {
  const streams: Record<string, StreamBatch> = {};
  const groups: Record<string, ViewGroupBatch> = {};
  for (const name of new Set(segments.map(({ stream }) => stream))) {
    const indices = concatenate(segments.filter(({ stream }) => stream === name).map((part) => part.indices));
    streams[name] = {
      size: indices.length,
      indices,
      ...(labels && { labels: indices.map((index) => labels[index] as number) }),
    };
    const parts = slices.filter(({ stream }) => stream === name);
    for (const [group, first] of Object.entries(parts[0]?.groups ?? {})) {
      groups[group] = parts.length === 1 ? first : joinGroup(group, parts, indices.length, first);
    }
  }
  return { streams, groups };
}

function joinGroup(
  name: string,
  slices: readonly ViewSlice[],
  size: number,
  first: ViewGroupBatch,
): ViewGroupBatch {
  const { stream, count, shape } = first;
  const parts = slices.map(({ size: rows, groups }) => ({ rows, group: groups[name] as ViewGroupBatch }));
  const inputs = joinArrays(
    name,
    parts.map(({ rows, group }) => ({ rows, shape: group.shape, data: group.inputs })),
    count,
    size,
  );
  const targets = Object.keys(first.targets).map((target) => {
    const arrays = parts.map(({ rows, group }) => ({ rows, ...(group.targets[target] as TargetBatch) }));
    return [target, joinArrays(`${name}.${target}`, arrays, count, size)] as const;
  });
  return { stream, count, shape, inputs: inputs.data, targets: Object.fromEntries(targets) };
}

/** Joins view-major arrays of several slices: view i of all slices, then view i + 1. */
function joinArrays(
  name: string,
  parts: readonly (TargetBatch & { readonly rows: number })[],
  count: number,
  size: number,
): TargetBatch {
  const first = parts[0] as TargetBatch;
  const { shape } = first;
  const values = sizeOfShape(shape);
  const data = emptyLike(first.data, count * size * values);
  let position = 0;
  for (const part of parts) {
    if (!isSameShape(part.shape, shape)) {
      throw new UserError(
        `view recipe: group "${name}": all views must have one size, got ${describeShape(shape)} and ` +
          `${describeShape(part.shape)}; give it a transform that fixes the size, such as a random crop`,
      );
    }
    for (let view = 0; view < count; view++) {
      const from = view * part.rows * values;
      data.set(part.data.subarray(from, from + part.rows * values), (view * size + position) * values);
    }
    position += part.rows;
  }
  return { shape, data };
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}
