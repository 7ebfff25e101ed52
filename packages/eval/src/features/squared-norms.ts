import type { FeatureMatrix } from './feature-matrix.ts';

/** Squared Euclidean length of each row, in float64, `[rows]`. */
export function squaredNorms({ features, dim }: FeatureMatrix): Float64Array {
  const norms = new Float64Array(features.length / dim);
  for (let row = 0, at = 0; row < norms.length; row++) {
    let sum = 0;
    for (let i = 0; i < dim; i++, at++) sum += (features[at] as number) ** 2;
    norms[row] = sum;
  }
  return norms;
}
