import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { columnStatistics } from './column-statistics.ts';
import { checkFeatures, type FeatureMatrix } from './feature-matrix.ts';
import { unitRows } from './unit-rows.ts';

/** How features spread over their dimensions: whether a method has collapsed onto a few. */
export interface FeatureSpectrum {
  /** Of the matrix as it is, descending, `[dim]`; in the units of the features. */
  readonly singularValues: Float64Array;
  /** Exponential of the entropy of the singular values over their sum (Roy and Vetterli, 2007), 1 to dim. */
  readonly effectiveRank: number;
  /** The same with each dimension centred. */
  readonly effectiveRankCentered: number;
  /** RankMe (Garrido et al., 2023): as `effectiveRank`, with 1e-7 added to each share. */
  readonly rankMe: number;
  /** (Σ λ)² / Σ λ² over the variances λ along principal components, 1 to dim. */
  readonly participationRatio: number;
  /** Share of the variance along each principal component, descending, `[dim]`. */
  readonly explainedVarianceRatio: Float64Array;
  /** Mean over dimensions of the standard deviation of unit-length rows: about 1/√dim when spread evenly, 0 at collapse (SimSiam). */
  readonly embeddingStd: number;
}

/**
 * The spectrum of features, in float64. Costs rows × dim² / 2 multiplications and a decomposition of a dim × dim
 * matrix: seconds for a few thousand rows of 512; for more, give a sample of the rows.
 *
 * @throws RangeError if the matrix is empty or a value is not finite
 */
export function featureSpectrum(matrix: FeatureMatrix): FeatureSpectrum {
  const rows = checkFeatures('featureSpectrum', matrix);
  const { dim } = matrix;
  const { mean } = columnStatistics(matrix);
  const raw = gramMatrix(matrix, new Float64Array(dim));
  const centred = gramMatrix(matrix, mean);
  const singularValues = eigenvalues(raw).map(Math.sqrt);
  const variances = eigenvalues(centred);
  const totalVariance = sum(variances);
  return {
    singularValues,
    effectiveRank: Math.exp(entropyOf(singularValues, 0)),
    effectiveRankCentered: Math.exp(entropyOf(variances.map(Math.sqrt), 0)),
    rankMe: Math.exp(entropyOf(singularValues, 1e-7)),
    participationRatio: totalVariance > 0 ? totalVariance ** 2 / sum(variances.map((v) => v * v)) : 1,
    explainedVarianceRatio: variances.map((v) => (totalVariance > 0 ? v / totalVariance : 0)),
    embeddingStd: rows > 1 ? meanUnitDeviation(matrix) : 0,
  };
}

/** `(X − shift)ᵀ (X − shift)`. */
function gramMatrix({ features, dim }: FeatureMatrix, shift: Float64Array): Matrix {
  const sums = new Float64Array(dim * dim);
  const row = new Float64Array(dim);
  for (let start = 0; start < features.length; start += dim) {
    for (let i = 0; i < dim; i++) row[i] = (features[start + i] as number) - (shift[i] as number);
    for (let a = 0; a < dim; a++) {
      const value = row[a] as number;
      const to = a * dim;
      for (let b = 0; b <= a; b++) sums[to + b]! += value * (row[b] as number);
    }
  }
  const products = Matrix.zeros(dim, dim);
  for (let a = 0; a < dim; a++) {
    for (let b = 0; b <= a; b++) {
      products.set(a, b, sums[a * dim + b] as number);
      products.set(b, a, sums[a * dim + b] as number);
    }
  }
  return products;
}

/** Of a symmetric matrix without negative eigenvalues, descending. */
function eigenvalues(matrix: Matrix): Float64Array {
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  return Float64Array.from(realEigenvalues, (value) => Math.max(0, value))
    .sort()
    .reverse();
}

/** Entropy in nats of values over their sum, `offset` added to each share. */
function entropyOf(values: Float64Array, offset: number): number {
  const total = sum(values);
  let entropy = 0;
  for (const value of values) {
    const share = (total > 0 ? value / total : 0) + offset;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return entropy;
}

function meanUnitDeviation({ features, dim }: FeatureMatrix): number {
  const unit = unitRows(Float64Array.from(features), dim);
  return sum(columnStatistics({ features: unit, dim }).standardDeviation) / dim;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
