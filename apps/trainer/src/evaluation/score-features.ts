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

/**
 * Accuracy of probabilities for the labels' own classes; null where there are no labels, or the classes are others.
 *
 * @param probabilities `[rows, classes]`
 */
export function scoreProbabilities(
  { labels, probabilities }: Pick<ExtractedFeatures, 'labels' | 'probabilities'>,
  classes: number,
): AccuracyScore | null {
  if (labels === undefined || probabilities === undefined) return null;
  const known = Int32Array.from(labels.keys()).filter((row) => (labels[row] as number) >= 0);
  if (known.length === 0 || known.some((row) => (labels[row] as number) >= classes)) return null;
  const ranks = known.map((row) => rankOf(probabilities, row * classes, classes, labels[row] as number));
  const share = (places: number): number => ranks.filter((rank) => rank < places).length / known.length;
  return { top1: share(1), top5: classes > 5 ? share(5) : null };
}

/** How many classes are more probable than one of them; of equally probable ones, the first counts. */
function rankOf(probabilities: Float32Array, start: number, classes: number, label: number): number {
  const own = probabilities[start + label] as number;
  let rank = 0;
  for (let index = 0; index < classes; index++) {
    const other = probabilities[start + index] as number;
    if (other > own || (other === own && index < label)) rank++;
  }
  return rank;
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
