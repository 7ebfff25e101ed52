import { checkFeatures, labelledRows, rowCount } from './feature-matrix.ts';
import { unitRows } from './unit-rows.ts';
import type { FeatureMatrix, LabelledFeatures } from './feature-matrix.ts';

/**
 * Mean of ‖x − y‖^α over pairs of rows scaled to unit length (Wang and Isola, 2020, eq. 2): 0 where both views
 * of each image agree, at most 2^α.
 *
 * @param x `[rows, dim]`, one view of each image
 * @param y `[rows, dim]`, another
 * @param alpha default 2
 * @throws RangeError if shapes differ, or a matrix is empty or not finite
 */
export function alignment(x: FeatureMatrix, y: FeatureMatrix, alpha = 2): number {
  const rows = checkFeatures('alignment: x', x);
  if (checkFeatures('alignment: y', y) !== rows || x.dim !== y.dim) {
    throw new RangeError(
      `alignment: x [${rows},${x.dim}] and y [${rowCount(y)},${y.dim}] must have the same shape`,
    );
  }
  const [unitX, unitY] = [x, y].map(({ features, dim }) => unitRows(Float64Array.from(features), dim)) as [
    Float64Array,
    Float64Array,
  ];
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    sum += squaredDistance(unitX, row, unitY, row, x.dim) ** (alpha / 2);
  }
  return sum / rows;
}

/**
 * Logarithm of the mean of exp(−t ‖x − x′‖²) over pairs of rows scaled to unit length (Wang and Isola, 2020, eq.
 * 4): 0 at collapse, lower the more evenly the rows cover the sphere. Looks at every pair: give a sample of a
 * large set.
 *
 * @param t default 2
 * @throws RangeError if there are fewer than two rows or a value is not finite
 */
export function uniformity(x: FeatureMatrix, t = 2): number {
  const rows = checkFeatures('uniformity', x);
  if (rows < 2) throw new RangeError(`uniformity: expected at least 2 rows, got ${rows}`);
  const unit = unitRows(Float64Array.from(x.features), x.dim);
  let sum = 0;
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) sum += Math.exp(-t * squaredDistance(unit, a, unit, b, x.dim));
  }
  return Math.log(sum / ((rows * (rows - 1)) / 2));
}

/**
 * Mean silhouette (Rousseeuw, 1987) by Euclidean distance, scikit-learn's `silhouette_score`: how much nearer
 * rows are to their own class than to the next one, −1 to 1. Looks at every pair: give a sample of a large set.
 *
 * @param labelled rows without a label (−1) are left out
 * @throws RangeError if shapes do not match, or there are not 2 to rows − 1 classes
 */
export function silhouette(labelled: LabelledFeatures): number {
  const { features, dim, labels, rows } = labelledRows('silhouette', labelled);
  const ids = [...new Set(labels)];
  if (ids.length < 2 || ids.length >= rows) {
    throw new RangeError(
      `silhouette: expected 2 to ${rows - 1} classes among ${rows} rows, got ${ids.length}`,
    );
  }
  const groupOf = Int32Array.from(labels, (label) => ids.indexOf(label));
  const sizes = new Int32Array(ids.length);
  for (const group of groupOf) sizes[group]! += 1;
  const values = Float64Array.from(features);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const sums = new Float64Array(ids.length);
    for (let other = 0; other < rows; other++) {
      sums[groupOf[other] as number]! += Math.sqrt(squaredDistance(values, row, values, other, dim));
    }
    const own = groupOf[row] as number;
    const ownSize = sizes[own] as number;
    if (ownSize === 1) continue;
    const within = (sums[own] as number) / (ownSize - 1);
    let nearest = Infinity;
    for (let group = 0; group < ids.length; group++) {
      if (group !== own) nearest = Math.min(nearest, (sums[group] as number) / (sizes[group] as number));
    }
    const scale = Math.max(within, nearest);
    if (scale > 0) total += (nearest - within) / scale;
  }
  return total / rows;
}

function squaredDistance(a: Float64Array, rowA: number, b: Float64Array, rowB: number, dim: number): number {
  let sum = 0;
  for (let i = 0, atA = rowA * dim, atB = rowB * dim; i < dim; i++) {
    const difference = (a[atA + i] as number) - (b[atB + i] as number);
    sum += difference * difference;
  }
  return sum;
}
