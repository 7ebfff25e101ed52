import type { Contingency } from './contingency.ts';

/**
 * Adjusted Rand index (Hubert and Arabie, 1985), scikit-learn's `adjusted_rand_score`: agreement on pairs of
 * rows, 0 on average for random labelings, 1 for equal partitions, at least −0.5.
 */
export function adjustedRandIndex({ counts, labelSizes, clusterSizes, total }: Contingency): number {
  const sumOfSquares = (values: Int32Array): number => values.reduce((sum, value) => sum + value * value, 0);
  const together = sumOfSquares(counts);
  // Ordered pairs: in one group in both, only in the clusters, only in the labels, in neither.
  const both = together - total;
  const clusterOnly = sumOfSquares(clusterSizes) - together;
  const labelOnly = sumOfSquares(labelSizes) - together;
  const neither = total * total - both - clusterOnly - labelOnly - total;
  if (clusterOnly === 0 && labelOnly === 0) return 1;
  return (
    (2 * (both * neither - clusterOnly * labelOnly)) /
    ((both + labelOnly) * (labelOnly + neither) + (both + clusterOnly) * (clusterOnly + neither))
  );
}
