import type { FeatureMatrix } from './feature-matrix.ts';

/** Mean and spread of each dimension, in float64. */
export interface ColumnStatistics {
  /** `[dim]`. */
  readonly mean: Float64Array;
  /** Unbiased standard deviation, `[dim]`; 0 for a single row. */
  readonly standardDeviation: Float64Array;
}

/** Mean and unbiased standard deviation of each dimension. */
export function columnStatistics({
  features,
  dim,
}: {
  readonly features: Float32Array | Float64Array;
  readonly dim: number;
}): ColumnStatistics {
  const rows = features.length / dim;
  const mean = new Float64Array(dim);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < dim; column++, at++) mean[column]! += features[at] as number;
  }
  for (let column = 0; column < dim; column++) mean[column]! /= rows;
  const squares = new Float64Array(dim);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < dim; column++, at++) {
      const deviation = (features[at] as number) - (mean[column] as number);
      squares[column]! += deviation * deviation;
    }
  }
  return { mean, standardDeviation: squares.map((square) => Math.sqrt(square / Math.max(1, rows - 1))) };
}

/**
 * `(x − shift) / scale` for each dimension.
 *
 * @param scale default 1
 */
export function rescaleColumns(
  { features, dim }: FeatureMatrix,
  shift: Float64Array,
  scale?: Float64Array,
): FeatureMatrix {
  const factor = scale?.map((value) => 1 / value) ?? new Float64Array(dim).fill(1);
  const rescaled = new Float32Array(features.length);
  for (let at = 0; at < features.length;) {
    for (let column = 0; column < dim; column++, at++) {
      rescaled[at] = ((features[at] as number) - (shift[column] as number)) * (factor[column] as number);
    }
  }
  return { features: rescaled, dim };
}
