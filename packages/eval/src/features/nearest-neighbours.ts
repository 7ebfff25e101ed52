import * as tf from '@tensorflow/tfjs-core';
import { checkFeatures, checkSameDim, type FeatureMatrix } from './feature-matrix.ts';
import { unitRows } from './unit-rows.ts';

/** The rows of a bank that are most similar to each query, most similar first. */
export interface NearestNeighbours {
  /** Neighbours of each query. */
  readonly k: number;
  /** Rows of the bank, `[queries, k]`; −1 where the bank holds nothing but the excluded row. */
  readonly indices: Int32Array;
  /** Cosine similarities, `[queries, k]`, descending. */
  readonly similarities: Float32Array;
}

export interface NearestNeighboursOptions {
  /** Neighbours wanted, ≥ 1. Where the bank has fewer, all of it. */
  readonly k: number;
  /** A row of the bank to leave out for each query, `[queries]`, e.g. the query itself; −1 for none. */
  readonly exclude?: Int32Array;
}

/** Similarities held at a time: 16 MiB. */
const blockValues = 2 ** 22;

/**
 * Exact nearest neighbours by cosine similarity. Similarities are float32, computed in blocks of queries; equal
 * ones are ordered by row, so that the result does not depend on the block size.
 *
 * @param queries `[queries, dim]`; need not be normalised
 * @param bank `[rows, dim]`
 * @throws RangeError if either is empty or not finite, their dims differ, or `k` is no integer ≥ 1
 */
export async function nearestNeighbours(
  queries: FeatureMatrix,
  bank: FeatureMatrix,
  { k: wanted, exclude }: NearestNeighboursOptions,
): Promise<NearestNeighbours> {
  const queryRows = checkFeatures('nearestNeighbours: queries', queries);
  const bankRows = checkFeatures('nearestNeighbours: bank', bank);
  checkSameDim('nearestNeighbours', bank, queries);
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new RangeError(`nearestNeighbours: k must be an integer ≥ 1, got ${wanted}`);
  }
  if (exclude && exclude.length !== queryRows) {
    throw new RangeError(
      `nearestNeighbours: expected an excluded row for each of ${queryRows} queries, got ${exclude.length}`,
    );
  }
  const k = Math.min(wanted, exclude ? Math.max(1, bankRows - 1) : bankRows);
  const { dim } = bank;
  const indices = new Int32Array(queryRows * k).fill(-1);
  const similarities = new Float32Array(queryRows * k).fill(-Infinity);
  const unitQueries = unitRows(queries.features.slice(), dim);
  const bankColumns = tf.tidy(() =>
    tf.transpose(tf.tensor2d(unitRows(bank.features.slice(), dim), [bankRows, dim])),
  );
  try {
    const blockRows = Math.max(1, Math.floor(blockValues / bankRows));
    for (let start = 0; start < queryRows; start += blockRows) {
      const end = Math.min(queryRows, start + blockRows);
      const product = tf.tidy(() =>
        tf.matMul(tf.tensor2d(unitQueries.subarray(start * dim, end * dim), [end - start, dim]), bankColumns),
      );
      const block = await product.data<'float32'>().finally(() => product.dispose());
      for (let query = start; query < end; query++) {
        const row = block.subarray((query - start) * bankRows, (query - start + 1) * bankRows);
        const at = [query * k, (query + 1) * k] as const;
        selectLargest(row, exclude?.[query] ?? -1, indices.subarray(...at), similarities.subarray(...at));
      }
    }
  } finally {
    bankColumns.dispose();
  }
  return { k, indices, similarities };
}

/**
 * Writes the positions and values of the largest entries, largest first, into `indices` and `largest`, whose
 * length is the number wanted. A heap with the worst kept entry on top: most entries cost one comparison.
 */
function selectLargest(
  values: Float32Array,
  exclude: number,
  indices: Int32Array,
  largest: Float32Array,
): void {
  const size = largest.length;
  let kept = 0;
  const worse = (a: number, b: number): boolean =>
    (largest[a] as number) < (largest[b] as number) ||
    (largest[a] === largest[b] && (indices[a] as number) > (indices[b] as number));
  const swap = (a: number, b: number): void => {
    const [value, index] = [largest[a] as number, indices[a] as number];
    largest[a] = largest[b] as number;
    indices[a] = indices[b] as number;
    largest[b] = value;
    indices[b] = index;
  };
  const sink = (from: number, end: number): void => {
    for (let parent = from; ;) {
      let child = 2 * parent + 1;
      if (child >= end) return;
      if (child + 1 < end && worse(child + 1, child)) child++;
      if (!worse(child, parent)) return;
      swap(parent, child);
      parent = child;
    }
  };

  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (kept === size && value <= (largest[0] as number)) continue;
    if (index === exclude) continue;
    if (kept === size) {
      largest[0] = value;
      indices[0] = index;
      sink(0, size);
    } else {
      largest[kept] = value;
      indices[kept] = index;
      for (let child = kept++; child > 0;) {
        const parent = (child - 1) >> 1;
        if (!worse(child, parent)) break;
        swap(child, parent);
        child = parent;
      }
    }
  }
  // Taking the worst out again and again leaves the rest in order, best first.
  for (let end = kept - 1; end > 0; end--) {
    swap(0, end);
    sink(0, end);
  }
}
