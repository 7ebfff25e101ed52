import type { Backbone } from '@ssl/models';
import { clusterScores, type ClusterScores } from './clusters/cluster-scores.ts';
import { assignToCentroids, kMeans } from './clusters/k-means.ts';
import { extractFeatures, flattenInputs, type ExtractedFeatures } from './features/extract-features.ts';
import { classCount, type FeatureMatrix, type LabelledFeatures } from './features/feature-matrix.ts';
import type { InputBatch } from './features/input-batch.ts';
import { knnAccuracy, type KnnAccuracy, type KnnOptions } from './probes/knn-accuracy.ts';
import {
  logisticRegressionProbe,
  type LogisticRegressionAccuracy,
  type LogisticRegressionOptions,
} from './probes/logistic-regression-probe.ts';

export interface ScoreFeaturesOptions {
  readonly knn?: KnnOptions;
  readonly linear?: LogisticRegressionOptions;
  readonly kMeans?: KMeansScoresOptions;
}

/** The same three scores for any features, so that they stand in one table. */
export interface FeatureScores {
  readonly knn: KnnAccuracy;
  /** Logistic regression (L-BFGS) on standardised features. */
  readonly linear: LogisticRegressionAccuracy;
  /** k-means on the features. */
  readonly cluster: ClusterScores;
}

export interface KMeansScoresOptions {
  /** Default: as many as there are labels. */
  readonly clusters?: number;
  /** Default 3. */
  readonly restarts?: number;
  /** Default 0. */
  readonly seed?: number | string;
}

/** Batches to evaluate on; gone through once. */
export type InputBatches = AsyncIterable<InputBatch> | Iterable<InputBatch>;

/**
 * kNN, logistic regression and k-means of any features.
 *
 * @throws RangeError as the three of them do
 */
export async function scoreFeatures(
  train: LabelledFeatures,
  test: LabelledFeatures,
  options: ScoreFeaturesOptions = {},
): Promise<FeatureScores> {
  return {
    knn: await knnAccuracy(train, test, options.knn),
    linear: await logisticRegressionProbe(train, test, options.linear),
    cluster: await kMeansScores(train, test, options.kMeans),
  };
}

/**
 * The baseline of clustering features without a trained head: k-means on the training rows (their labels are not
 * looked at), test rows go to the nearest centroid and are scored.
 *
 * @throws RangeError as `kMeans`, `assignToCentroids` and `clusterScores` do
 */
export async function kMeansScores(
  train: FeatureMatrix,
  test: LabelledFeatures,
  options: KMeansScoresOptions = {},
): Promise<ClusterScores> {
  const { clusters = classCount(test.labels), ...rest } = options;
  if (clusters === 0)
    throw new RangeError('kMeansScores: test has no labelled row, so there is nothing to score');
  const fit = await kMeans(train, { clusters, ...rest });
  return clusterScores(test.labels, await assignToCentroids(test, fit), { classes: clusters });
}

/**
 * Scores a frozen backbone by its features: a trained one, or one as it was initialised, which is the baseline
 * without training.
 *
 * @param backbone not changed; its running batch-norm statistics are used
 * @param train samples and labels that the probes learn from
 * @throws RangeError if there are no labels, and as `scoreFeatures` does
 */
export async function scoreBackbone(
  backbone: Backbone,
  train: InputBatches,
  test: InputBatches,
  options: ScoreFeaturesOptions = {},
): Promise<FeatureScores> {
  return scoreFeatures(
    withLabels('scoreBackbone: train', await extractFeatures(backbone, train)),
    withLabels('scoreBackbone: test', await extractFeatures(backbone, test)),
    options,
  );
}

/**
 * The baseline without a network: the same scores from the values of the samples, as they come from the batches.
 */
export async function inputsBaseline(
  train: InputBatches,
  test: InputBatches,
  options: ScoreFeaturesOptions = {},
): Promise<FeatureScores> {
  return scoreFeatures(
    withLabels('inputsBaseline: train', await flattenInputs(train)),
    withLabels('inputsBaseline: test', await flattenInputs(test)),
    options,
  );
}

function withLabels(caller: string, { features, dim, labels }: ExtractedFeatures): LabelledFeatures {
  if (labels === undefined) throw new RangeError(`${caller}: expected batches with labels, got none`);
  return { features, dim, labels };
}
