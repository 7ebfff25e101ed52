import {
  clusterScores,
  kMeansScores,
  knnAccuracy,
  logisticRegressionProbe,
  type ClusterScores,
  type ExtractedFeatures,
  type LabelledFeatures,
} from '@ssl/eval';
import type { AccuracyScore, ClusterScore, ProtocolName, Scores } from './evaluation.ts';

/** Features of the images to learn from, and of those to score. */
export interface FeatureSplit {
  readonly bank: ExtractedFeatures;
  readonly test: ExtractedFeatures;
}

export const noScores: Scores = { knn: null, linear: null, cluster: null };

/**
 * Scores features by the protocols asked for; everything is null where there are no labels.
 *
 * @param seed of k-means, which stands for `cluster`
 */
export async function scoreFeatures(
  { bank, test }: FeatureSplit,
  protocols: readonly ProtocolName[],
  seed: number,
): Promise<Scores> {
  const [learn, score] = [withLabels(bank), withLabels(test)];
  if (learn === undefined || score === undefined) return noScores;
  return {
    knn: protocols.includes('knn') ? accuracyScore(await knnAccuracy(learn, score)) : null,
    linear: protocols.includes('linear') ? accuracyScore(await logisticRegressionProbe(learn, score)) : null,
    cluster: protocols.includes('cluster') ? await scoreKMeans(learn, score, seed) : null,
  };
}

/** Scores predicted classes; null where there are no labels. */
export function scorePredictions(
  labels: Int32Array | undefined,
  predictions: Int32Array,
  classes: number,
): ClusterScore | null {
  if (labels === undefined || !labels.some((label) => label >= 0)) return null;
  return clusterScore(clusterScores(labels, predictions, { classes }));
}

async function scoreKMeans(
  bank: LabelledFeatures,
  test: LabelledFeatures,
  seed: number,
): Promise<ClusterScore | null> {
  const clusters = 1 + test.labels.reduce((most, label) => Math.max(most, label), -1);
  const rows = bank.features.length / bank.dim;
  return rows < clusters ? null : clusterScore(await kMeansScores(bank, test, { clusters, seed }));
}

/** Features whose rows have labels, at least one of them. */
function withLabels({ features, dim, labels }: ExtractedFeatures): LabelledFeatures | undefined {
  return labels?.some((label) => label >= 0) ? { features, dim, labels } : undefined;
}

function accuracyScore({ top1, top5 }: AccuracyScore): AccuracyScore {
  return { top1, top5 };
}

function clusterScore(scores: ClusterScores): ClusterScore {
  const { acc, overclusteredAcc, nmi, ami, ari, purity, classes, classesUsed } = scores;
  return { acc, overclusteredAcc, nmi, ami, ari, purity, classes, classesUsed };
}
