export type { BackendInfo, BackendName } from './backend-info.ts';
export * from './kernel-names.ts';
export { adamUpdate, type AdamState } from './ops/adam-update.ts';
export { attention, type AttentionOptions } from './ops/attention.ts';
export { batchNormInference } from './ops/batch-norm-inference.ts';
export {
  batchNormTraining,
  type BatchNormOptions,
  type BatchNormTrainingResult,
} from './ops/batch-norm-training.ts';
export { embeddingLookup } from './ops/embedding-lookup.ts';
export { gelu } from './ops/gelu.ts';
export { globalAveragePool } from './ops/global-average-pool.ts';
export { layerNorm, type LayerNormOptions } from './ops/layer-norm.ts';
export { momentumUpdate, type MomentumUpdateResult } from './ops/momentum-update.ts';
export { isOutOfMemoryError, OutOfMemoryError } from './out-of-memory-error.ts';
export { registerTrainingGradients } from './register-training-gradients.ts';
