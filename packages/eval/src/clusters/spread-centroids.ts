import type { Random } from '@ssl/random';
import { takeRows, type FeatureMatrix } from '../features/feature-matrix.ts';
import type { RowProducts } from '../features/row-products.ts';

/**
 * Rows far from each other, as first centroids: greedy k-means++.
 *
 * @param rows the rows of `centred` on the backend
 * @param norms their squared lengths, `[rows]`
 * @returns `[clusters, dim]`
 */
export async function spreadCentroids(
  rows: RowProducts,
  centred: FeatureMatrix,
  norms: Float64Array,
  clusters: number,
  random: Random,
): Promise<Float32Array> {
  const { dim } = centred;
  const candidates = 2 + Math.floor(Math.log(clusters));
  const chosen: number[] = [];
  let nearest = new Float64Array(rows.rows).fill(1);
  for (let cluster = 0; cluster < clusters; cluster++) {
    const drawn = drawRows(nearest, cluster === 0 ? 1 : candidates, random);
    const products = await rows.project(takeRows(centred, drawn).features, drawn.length);
    let least = Infinity;
    let winner = 0;
    let kept = nearest;
    for (const [at, candidate] of drawn.entries()) {
      let potential = 0;
      const distances = nearest.map((before, row) => {
        const product = products[row * drawn.length + at] as number;
        const own = Math.max(0, (norms[row] as number) + (norms[candidate] as number) - 2 * product);
        const distance = row === candidate ? 0 : cluster === 0 ? own : Math.min(before, own);
        potential += distance;
        return distance;
      });
      if (potential < least) [least, winner, kept] = [potential, candidate, distances];
    }
    chosen.push(winner);
    nearest = kept;
  }
  return takeRows({ features: centred.features, dim }, chosen).features;
}

/** Rows drawn with probabilities in proportion to `weights`; any row where all weights are 0. */
function drawRows(weights: Float64Array, count: number, random: Random): Int32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Int32Array.from({ length: count }, () => {
    if (!(total > 0)) return random.integer(weights.length);
    let left = random.uniform() * total;
    const found = weights.findIndex((weight) => (left -= weight) < 0);
    return found < 0 ? weights.length - 1 : found;
  });
}
