import type { Sample } from '@ssl/augment';

import { checkIndex, type Dataset } from './dataset.ts';

/** Memory for samples of floats, which can be sent to workers: all see the same. */
export interface FloatCacheMemory {
  /** Where each sample ends, were they all one after the other, in values: `[length]`. */
  readonly ends: Float64Array;
  /** Values of as many of the first samples as fit. In a `SharedArrayBuffer`. */
  readonly values: Float32Array;
  /** For each sample: 0 absent, 1 being written, 2 there. In a `SharedArrayBuffer`. */
  readonly states: Int32Array;
}

const absent = 0;
const beingWritten = 1;
const present = 2;

/**
 * Reserves memory for the first samples whose values fit into `limitBytes` together. The operating system provides it
 * only as it is written to.
 *
 * @param sizes number of values of each sample
 */
export function allocateFloatCache(sizes: ArrayLike<number>, limitBytes: number): FloatCacheMemory {
  const ends = new Float64Array(sizes.length);
  let end = 0;
  for (let index = 0; index < ends.length; index++) ends[index] = end += sizes[index] as number;
  const fitting = ends.findLast((last) => 4 * last <= limitBytes) ?? 0;
  return {
    ends,
    values: new Float32Array(reserve(4 * fitting)),
    states: new Int32Array(new SharedArrayBuffer(4 * ends.length)),
  };
}

/** A machine that has not so much memory to give does without the cache. */
function reserve(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch {
    return new SharedArrayBuffer(0);
  }
}

/**
 * `dataset`, each sample of which is made once, as far as the memory reaches. A sample that is being written by another
 * thread counts as absent.
 *
 * @param valuesOf what is kept of a sample
 * @param sampleOf a sample of kept values
 */
export function withFloatCache<S extends Sample>(
  dataset: Dataset,
  { ends, values, states }: FloatCacheMemory,
  valuesOf: (sample: S) => Float32Array,
  sampleOf: (values: Float32Array) => S,
): Dataset {
  const place = (index: number): Float32Array | undefined => {
    const end = ends[index] as number;
    return end <= values.length ? values.subarray(index === 0 ? 0 : ends[index - 1], end) : undefined;
  };
  return {
    ...dataset,
    async read(index) {
      checkIndex(`${dataset.name}: read`, index, dataset.length);
      const kept = place(index);
      if (kept === undefined) return await dataset.read(index);
      if (Atomics.load(states, index) === present) return sampleOf(kept);
      const sample = await dataset.read(index);
      const made = valuesOf(sample as S);
      // A file that was replaced since the set was opened may have another length.
      if (made.length !== kept.length) return sample;
      if (Atomics.compareExchange(states, index, absent, beingWritten) === absent) {
        kept.set(made);
        Atomics.store(states, index, present);
      }
      return sample;
    },
  };
}
