import type { Contingency } from './contingency.ts';
import { expectedMutualInformation } from './expected-mutual-information.ts';

/** Entropy of a partition into groups of these sizes, in nats. */
export function entropyOfSizes(sizes: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < sizes.length; i++) total += sizes[i] as number;
  let entropy = 0;
  for (let i = 0; i < sizes.length; i++) {
    const share = (sizes[i] as number) / total;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return entropy === 0 ? 0 : entropy;
}

/** Mutual information of labels and clusters, in nats, ≥ 0. */
export function mutualInformation({ counts, labelSizes, clusterSizes, total }: Contingency): number {
  const columns = clusterSizes.length;
  let information = 0;
  for (let label = 0; label < labelSizes.length; label++) {
    for (let cluster = 0; cluster < columns; cluster++) {
      const count = counts[label * columns + cluster] as number;
      if (count === 0) continue;
      const expected = ((labelSizes[label] as number) / total) * (clusterSizes[cluster] as number);
      information += (count / total) * Math.log(count / expected);
    }
  }
  // Rounding leaves a trace of either sign where the two are independent.
  return information > Number.EPSILON ? information : 0;
}

/**
 * Normalised mutual information: divided by the arithmetic mean of both entropies, scikit-learn's
 * `normalized_mutual_info_score`. In [0, 1]; 1 where both are a single group.
 */
export function normalizedMutualInformation(pairs: Contingency): number {
  if (bothSingle(pairs)) return 1;
  const information = mutualInformation(pairs);
  if (information === 0) return 0;
  return Math.min(1, information / meanEntropy(pairs));
}

/**
 * Adjusted mutual information (Vinh et al., 2010): 0 on average for random labelings of the same group sizes, 1
 * for equal partitions; arithmetic mean of the entropies, exact expectation, scikit-learn's
 * `adjusted_mutual_info_score`. May be slightly negative.
 */
export function adjustedMutualInformation(pairs: Contingency): number {
  if (bothSingle(pairs)) return 1;
  const expected = expectedMutualInformation(pairs.labelSizes, pairs.clusterSizes);
  const room = meanEntropy(pairs) - expected;
  // No room above chance: every row is a group of its own in both, so the partitions are equal.
  if (room < 1e-12) return 1;
  return (mutualInformation(pairs) - expected) / room;
}

function bothSingle({ labels, clusters }: Contingency): boolean {
  return labels.length === 1 && clusters.length === 1;
}

function meanEntropy({ labelSizes, clusterSizes }: Contingency): number {
  return (entropyOfSizes(labelSizes) + entropyOfSizes(clusterSizes)) / 2;
}
