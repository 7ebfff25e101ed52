import { pca, type FeatureMatrix } from '@ssl/eval';
import type { Random } from '@ssl/random';
import { UMAP } from 'umap-js';

/** Places in the plane for feature vectors. */
export interface EmbeddingMap {
  /** `[rows, 2]`, row-major. */
  readonly points: Float32Array;
  /** How they were found, for the protocol. */
  readonly algorithm: 'UMAP' | 'PCA';
}

const umapNeighbours = 15;
const leastRows = 20;

/**
 * Lays feature vectors out in the plane so that near ones stay near: UMAP on cosine distance (McInnes et al.,
 * 2018; 15 neighbours, least distance 0.1), or the first two principal components for fewer than 20 vectors,
 * where UMAP has no neighbourhoods to keep.
 *
 * @param random the only source of chance: the same stream gives the same map
 */
export async function embeddingMap(matrix: FeatureMatrix, random: Random): Promise<EmbeddingMap> {
  const rows = matrix.features.length / matrix.dim;
  if (rows < leastRows) return { points: await principalComponents(matrix, rows), algorithm: 'PCA' };
  const umap = new UMAP({ nNeighbors: umapNeighbours, minDist: 0.1, random: () => random.uniform() });
  return { points: Float32Array.from(umap.fit(unitVectors(matrix, rows)).flat()), algorithm: 'UMAP' };
}

/** Rows of length 1: between them, Euclidean distance orders as cosine distance does. */
function unitVectors({ features, dim }: FeatureMatrix, rows: number): number[][] {
  return Array.from({ length: rows }, (_, row) => {
    const vector = features.subarray(row * dim, (row + 1) * dim);
    const length = Math.hypot(...vector);
    return Array.from(vector, (value) => (length > 0 ? value / length : 0));
  });
}

async function principalComponents(matrix: FeatureMatrix, rows: number): Promise<Float32Array> {
  const points = new Float32Array(rows * 2);
  if (rows < 2) return points;
  const { scores, components } = await pca(matrix, { components: 2 });
  for (let row = 0; row < rows; row++) {
    for (let axis = 0; axis < components; axis++) {
      points[row * 2 + axis] = scores[row * components + axis] as number;
    }
  }
  return points;
}
