import { createRandom } from '@ssl/random';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { columnStatistics, rescaleColumns } from './column-statistics.ts';
import { checkFeatures, type FeatureMatrix } from './feature-matrix.ts';
import { createRowProducts } from './row-products.ts';

export interface PcaOptions {
  /** Components wanted. Default 2. Where the rows have fewer dimensions, as many as those. */
  readonly components?: number;
  /** Seed of the random start. Default 0. */
  readonly seed?: number | string;
}

/** Principal components of some rows, strongest first. */
export interface Pca {
  /** Components found. */
  readonly components: number;
  /** Unit directions, `[components, dim]`; the largest entry of each is positive. */
  readonly directions: Float64Array;
  /** Rows along the directions, about their mean, `[rows, components]`. */
  readonly scores: Float32Array;
  /** Unbiased variance along each direction, `[components]`. */
  readonly variances: Float64Array;
  /** Share of the total variance, `[components]`. */
  readonly varianceRatios: Float64Array;
  /** `[dim]`. */
  readonly mean: Float64Array;
}

/** Directions carried beyond those wanted, and sweeps over the data: Halko et al. advise 5–10 and 1–2 or more. */
const surplus = 8;
const sweeps = 6;

/**
 * Principal component analysis by randomised subspace iteration (Halko, Martinsson and Tropp, 2011, algorithm
 * 4.4): fast for thousands of dimensions. Products are float32 on the tensor backend, so variances hold about
 * five digits, relative to the largest.
 *
 * @throws RangeError if there are fewer than two rows, a value is not finite, or `components` is out of range
 */
export async function pca(matrix: FeatureMatrix, options: PcaOptions = {}): Promise<Pca> {
  const { seed = 0 } = options;
  const wanted = options.components ?? 2;
  const rows = checkFeatures('pca', matrix);
  if (rows < 2) throw new RangeError(`pca: expected at least 2 rows, got ${rows}`);
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new RangeError(`pca: components must be an integer ≥ 1, got ${wanted}`);
  }
  const { dim } = matrix;
  const { mean, standardDeviation } = columnStatistics(matrix);
  const totalVariance = standardDeviation.reduce((sum, value) => sum + value * value, 0);
  const components = Math.min(wanted, dim, rows);
  const width = Math.min(components + surplus, dim, rows);
  const random = createRandom(seed, 'pca');
  const products = createRowProducts(rescaleColumns(matrix, mean));
  try {
    let basis = Float64Array.from({ length: width * dim }, () => random.normal());
    for (let sweep = 0; sweep < sweeps; sweep++) {
      orthonormalize(basis, width, dim);
      const projected = await products.project(Float32Array.from(basis), width);
      basis = Float64Array.from(await products.combine(projected, width));
    }
    orthonormalize(basis, width, dim);

    // Within the subspace the problem is small: the covariance of the projected rows, in float64.
    const projected = await products.project(Float32Array.from(basis), width);
    const decomposition = new EigenvalueDecomposition(gram(projected, width), { assumeSymmetric: true });
    const order = decomposition.realEigenvalues.map((_, at) => at).reverse();
    const directions = new Float64Array(components * dim);
    const variances = new Float64Array(components);
    for (let c = 0; c < components; c++) {
      const source = order[c] as number;
      const direction = directions.subarray(c * dim, (c + 1) * dim);
      variances[c] = Math.max(0, decomposition.realEigenvalues[source] as number) / (rows - 1);
      for (let b = 0; b < width; b++) {
        const weight = decomposition.eigenvectorMatrix.get(b, source);
        for (let i = 0; i < dim; i++) direction[i]! += weight * (basis[b * dim + i] as number);
      }
      const peak = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
      if (peak < 0) direction.forEach((value, i) => (direction[i] = -value));
    }
    const scores = await products.project(Float32Array.from(directions), components);
    const varianceRatios = variances.map((variance) => (totalVariance > 0 ? variance / totalVariance : 0));
    return { components, directions, scores, variances, varianceRatios, mean };
  } finally {
    products.dispose();
  }
}

/** Makes the rows orthogonal and of unit length (Gram–Schmidt, twice for precision); dependent ones become 0. */
function orthonormalize(vectors: Float64Array, count: number, dim: number): void {
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * dim, (row + 1) * dim);
    const before = norm(vector);
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < row; other++) {
        const against = vectors.subarray(other * dim, (other + 1) * dim);
        let product = 0;
        for (let i = 0; i < dim; i++) product += (vector[i] as number) * (against[i] as number);
        for (let i = 0; i < dim; i++) vector[i]! -= product * (against[i] as number);
      }
    }
    const length = norm(vector);
    const factor = length > 1e-10 * before ? 1 / length : 0;
    for (let i = 0; i < dim; i++) vector[i]! *= factor;
  }
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

/** `Pᵀ P` of `[rows, width]`. */
function gram(projected: Float32Array, width: number): Matrix {
  const products = Matrix.zeros(width, width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let at = 0; at < projected.length; at += width) {
        sum += (projected[at + a] as number) * (projected[at + b] as number);
      }
      products.set(a, b, sum);
      products.set(b, a, sum);
    }
  }
  return products;
}
