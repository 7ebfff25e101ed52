import type { Random } from '@ssl/random';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { UMAP } from 'umap-js';

/** Places in the plane for feature vectors. */
export interface EmbeddingMap {
  /** `[rows, 2]`, row-major. */
  readonly points: Float32Array;
  /** How they were found, for the protocol. */
  readonly algorithm: 'UMAP' | 'PCA';
}

const umapNeighbours = 15;

/**
 * Lays feature vectors out in the plane so that near ones stay near: UMAP on cosine distance (McInnes et al.,
 * 2018; 15 neighbours, least distance 0.1), or the first two principal components for fewer than 20 vectors,
 * where UMAP has no neighbourhoods to keep.
 *
 * @param features `[rows, columns]`, row-major
 * @param random the only source of chance: the same stream gives the same map
 */
export function embeddingMap(
  features: Float32Array,
  rows: number,
  columns: number,
  random: Random,
): EmbeddingMap {
  const vectors = Array.from({ length: rows }, (_, row) =>
    toUnitLength(features.subarray(row * columns, (row + 1) * columns)),
  );
  if (rows < 20) return { points: principalComponents(vectors), algorithm: 'PCA' };
  const umap = new UMAP({ nNeighbors: umapNeighbours, minDist: 0.1, random: () => random.uniform() });
  return { points: Float32Array.from(umap.fit(vectors).flat()), algorithm: 'UMAP' };
}

function toUnitLength(vector: Float32Array): number[] {
  const length = Math.hypot(...vector);
  return Array.from(vector, (value) => (length > 0 ? value / length : 0));
}

function principalComponents(vectors: readonly number[][]): Float32Array {
  const points = new Float32Array(vectors.length * 2);
  if (vectors.length < 2) return points;
  const centred = new Matrix(vectors as number[][]).center('column');
  const { leftSingularVectors, diagonal } = new SingularValueDecomposition(centred, { autoTranspose: true });
  for (let row = 0; row < vectors.length; row++) {
    for (let axis = 0; axis < Math.min(2, diagonal.length); axis++) {
      points[row * 2 + axis] = leftSingularVectors.get(row, axis) * (diagonal[axis] ?? 0);
    }
  }
  return points;
}
