export {
  kMeansScores,
  inputsBaseline,
  scoreBackbone,
  scoreFeatures,
  type FeatureScores,
  type InputBatches,
  type KMeansScoresOptions,
  type ScoreFeaturesOptions,
} from './baselines.ts';
export { classUsage, type ClassUsage, type ClassUsageOptions } from './clusters/class-usage.ts';
export { clusterScores, type ClusterScores, type ClusterScoresOptions } from './clusters/cluster-scores.ts';
export { confusionMatrix, type ConfusionMatrix } from './clusters/confusion-matrix.ts';
export { hungarianAssignment } from './clusters/hungarian-assignment.ts';
export { assignToCentroids, kMeans, type KMeans, type KMeansOptions } from './clusters/k-means.ts';
export { alignment, silhouette, uniformity } from './features/embedding-quality.ts';
export {
  extractFeatures,
  flattenInputs,
  type ExtractedFeatures,
  type ExtractFeaturesOptions,
} from './features/extract-features.ts';
export type { FeatureMatrix, LabelledFeatures } from './features/feature-matrix.ts';
export { featureSpectrum, type FeatureSpectrum } from './features/feature-spectrum.ts';
export type { InputBatch, SingleViewBatch, SingleViewGroup, TensorBatch } from './features/input-batch.ts';
export {
  nearestNeighbours,
  type NearestNeighbours,
  type NearestNeighboursOptions,
} from './features/nearest-neighbours.ts';
export { pca, type Pca, type PcaOptions } from './features/pca.ts';
export { classConfusion, type ClassConfusion } from './listings/class-confusion.ts';
export { listClasses, type DiscoveredClass, type ListClassesOptions } from './listings/list-classes.ts';
export {
  knnAccuracy,
  knnVotes,
  type KnnAccuracy,
  type KnnOptions,
  type KnnVotes,
} from './probes/knn-accuracy.ts';
export {
  linearProbe,
  type FeatureSampler,
  type LinearProbeAccuracy,
  type LinearProbeOptions,
} from './probes/linear-probe.ts';
export {
  logisticRegressionProbe,
  type LogisticRegressionAccuracy,
  type LogisticRegressionOptions,
} from './probes/logistic-regression-probe.ts';
export { argMaxRows, topKAccuracy, type Accuracy } from './probes/top-k-accuracy.ts';
