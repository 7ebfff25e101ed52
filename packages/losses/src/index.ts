export { classifierMetrics, type ClassifierMetrics } from './classifier-metrics.ts';
export type {
  AnyMethod,
  InitContext,
  LossOutput,
  MethodDefinition,
  MethodPreset,
  MethodState,
  NamedTensors,
  Paper,
  Progress,
  StepContext,
  ViewGroup,
  Views,
} from './method.ts';
export {
  selfClassifier,
  type SelfClassifierOptions,
  type SelfClassifierState,
} from './methods/self-classifier.ts';
export { createNearestNeighbourQueue, type NearestNeighbourQueue } from './nearest-neighbour-queue.ts';
export { getMethod, methodNames } from './registry.ts';
export { selfClassifierLoss, type SelfClassifierLossOptions } from './self-classifier-loss.ts';
export { stopGradient } from './stop-gradient.ts';
export { viewCount, viewFeatures } from './view-features.ts';
