import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** How much the features of a batch still tell apart. */
export interface FeatureHealth {
  /**
   * Mean over dimensions of the standard deviation over rows of the L2-normalised features: near 1/√d for features
   * spread evenly over the sphere, 0 where all rows point the same way (Chen & He, SimSiam, 2021, figure 2).
   */
  readonly embeddingStd: number;
  /**
   * Dimensions that the features really use: exp of the entropy of the singular values over their sum, from 1 to
   * min(rows, d) (Roy & Vetterli, 2007).
   */
  readonly effectiveRank: number;
}

/** Rows that are looked at: more would make the eigenvalues slower than the training step. */
const mostRows = 128;

/**
 * Health of features, from the first 128 rows at most.
 *
 * @param features `[rows, dim]`, row-major
 */
export function featureHealth(features: Float32Array, dim: number): FeatureHealth {
  const rows = Math.min(mostRows, features.length / dim);
  const kept = features.subarray(0, rows * dim);
  return { embeddingStd: embeddingStd(kept, dim), effectiveRank: effectiveRank(kept, dim) };
}

/** See `FeatureHealth.embeddingStd`: `[rows, dim]` features, the unbiased deviation; 0 for fewer than two rows. */
export function embeddingStd(features: Float32Array, dim: number): number {
  const rows = features.length / dim;
  if (rows < 2) return 0;
  const sums = new Float64Array(dim);
  const squares = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    const values = features.subarray(row * dim, (row + 1) * dim);
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let axis = 0; axis < dim; axis++) {
      const value = (values[axis] as number) / norm;
      sums[axis] = (sums[axis] as number) + value;
      squares[axis] = (squares[axis] as number) + value * value;
    }
  }
  let total = 0;
  for (let axis = 0; axis < dim; axis++) {
    const mean = (sums[axis] as number) / rows;
    total += Math.sqrt(Math.max(0, (squares[axis] as number) - rows * mean * mean) / (rows - 1));
  }
  return total / dim;
}

/** See `FeatureHealth.effectiveRank`: of `[rows, dim]` features as they are, not centred; 0 where all are 0. */
export function effectiveRank(features: Float32Array, dim: number): number {
  const singular = singularValues(features, dim);
  const sum = singular.reduce((total, value) => total + value, 0);
  if (!(sum > 0)) return 0;
  let entropy = 0;
  for (const value of singular) {
    const share = value / sum;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}

/** Singular values, as the roots of the eigenvalues of the smaller of XᵀX and XXᵀ. */
function singularValues(features: Float32Array, dim: number): number[] {
  const rows = features.length / dim;
  const vectors =
    rows < dim
      ? Array.from({ length: rows }, (_, row) =>
          Float64Array.from(features.subarray(row * dim, (row + 1) * dim)),
        )
      : Array.from({ length: dim }, (_, axis) =>
          Float64Array.from({ length: rows }, (_, row) => features[row * dim + axis] as number),
        );
  const gram = new Matrix(vectors.map((a) => vectors.map((b) => dot(a, b))));
  const { realEigenvalues } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  return realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
