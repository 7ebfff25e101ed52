import { adjustedRandIndex } from './adjusted-rand-index.ts';
import { countPairs, type Contingency } from './contingency.ts';
import { matchClusters } from './match-clusters.ts';
import { adjustedMutualInformation, normalizedMutualInformation } from './mutual-information.ts';

/** How well discovered classes agree with labels that were not used to find them. Fractions are 0 to 1. */
export interface ClusterScores {
  /** Accuracy under the best one-to-one assignment of clusters to labels; rows of surplus clusters are wrong. */
  readonly acc: number;
  /**
   * Accuracy where each cluster that the one-to-one assignment left over counts for its commonest label. Equal
   * to `acc` unless more clusters are in use than there are labels; grows with their number.
   */
  readonly overclusteredAcc: number;
  /** Normalised mutual information, arithmetic mean. */
  readonly nmi: number;
  /** Adjusted mutual information, arithmetic mean. */
  readonly ami: number;
  /** Adjusted Rand index. */
  readonly ari: number;
  /** Share of rows that have the commonest label of their cluster. Grows with the number of clusters. */
  readonly purity: number;
  /** Classes the method could have used. */
  readonly classes: number;
  /** Classes it did use: with at least one row, labelled or not. */
  readonly classesUsed: number;
  /** Rows of each class, `[classes]`, labelled or not. */
  readonly clusterSizes: Int32Array;
  /** The label that each class stands for, `[classes]`: Hungarian, surplus classes by majority; −1 where unused. */
  readonly labelOfCluster: Int32Array;
  /** Rows that were scored. */
  readonly scored: number;
  /** Rows without a label (−1), left out of all scores. */
  readonly unlabelled: number;
}

export interface ClusterScoresOptions {
  /** Classes of the method's head. Default: one more than the largest prediction. */
  readonly classes?: number;
}

/**
 * Scores predicted classes (or clusters) against labels: ACC by the Hungarian method, NMI, AMI and ARI as
 * scikit-learn 1.9 computes them, purity.
 *
 * @param labels class of each row, `[rows]`, any non-negative integers; −1 where unknown
 * @param predictions predicted class of each row, `[rows]`, from 0
 * @throws RangeError if the lengths differ, no row is labelled, or a value is out of range
 */
export function clusterScores(
  labels: Int32Array,
  predictions: Int32Array,
  options: ClusterScoresOptions = {},
): ClusterScores {
  const pairs = countPairs('clusterScores', labels, predictions);
  const clusterSizes = sizesOfClasses('clusterScores', predictions, options.classes);
  const match = matchClusters(pairs);
  const labelOfCluster = new Int32Array(clusterSizes.length).fill(-1);
  for (const [at, cluster] of pairs.clusters.entries()) {
    labelOfCluster[cluster] = pairs.labels[match.labelOfCluster[at] as number] as number;
  }
  return {
    acc: match.matched / pairs.total,
    overclusteredAcc: (match.matched + match.matchedBySurplus) / pairs.total,
    nmi: normalizedMutualInformation(pairs),
    ami: adjustedMutualInformation(pairs),
    ari: adjustedRandIndex(pairs),
    purity: purityOf(pairs),
    classes: clusterSizes.length,
    classesUsed: clusterSizes.filter((size) => size > 0).length,
    clusterSizes,
    labelOfCluster,
    scored: pairs.total,
    unlabelled: labels.length - pairs.total,
  };
}

/**
 * Rows of each predicted class.
 *
 * @throws RangeError if a prediction is negative or not below `classes`
 */
export function sizesOfClasses(caller: string, predictions: Int32Array, classes?: number): Int32Array {
  const needed = predictions.reduce((most, prediction) => Math.max(most, prediction + 1), 0);
  const count = classes ?? needed;
  if (!Number.isInteger(count) || count < needed) {
    throw new RangeError(
      `${caller}: classes must be at least ${needed} (the largest prediction is ${needed - 1}), got ${count}`,
    );
  }
  const sizes = new Int32Array(count);
  for (const [row, prediction] of predictions.entries()) {
    if (prediction < 0) {
      throw new RangeError(`${caller}: predictions must be 0 or more, got ${prediction} in row ${row}`);
    }
    sizes[prediction]! += 1;
  }
  return sizes;
}

function purityOf({ labels, clusters, counts, total }: Contingency): number {
  let pure = 0;
  for (let cluster = 0; cluster < clusters.length; cluster++) {
    let most = 0;
    for (let label = 0; label < labels.length; label++) {
      most = Math.max(most, counts[label * clusters.length + cluster] as number);
    }
    pure += most;
  }
  return pure / total;
}
