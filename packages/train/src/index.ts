export { checkSettings } from './config/check-settings.ts';
export {
  checkBackboneOptions,
  checkMethodOptions,
  resolveConfig,
  type ConfigLayer,
  type ResolveConfigOptions,
  type ResolvedConfig,
} from './config/resolve-config.ts';
export { resumeConfig } from './config/resume-config.ts';
export { isSettings, overlaySettings, settingAt, settingPaths, type Settings } from './config/settings.ts';
export {
  autoName,
  readTrainConfig,
  trainConfigSchema,
  type TrainConfig,
  type TrainConfigInput,
} from './config/train-config.ts';
export { trainingPresets, type TrainingPreset } from './config/training-presets.ts';
export { effectiveRank, embeddingStd, featureHealth, type FeatureHealth } from './health/feature-health.ts';
export {
  clipGradients,
  gradientClippingSchema,
  type GradientClippingConfig,
} from './optimizers/clip-gradients.ts';
export { createOptimizer } from './optimizers/create-optimizer.ts';
export { larsVariants, optimizerSchema, type OptimizerConfig } from './optimizers/optimizer-config.ts';
export type { Gradients, Optimizer, UpdatePlace } from './optimizers/optimizer.ts';
export { checkpointFormat, type Checkpoint, type SafeTensors, type TrainerState } from './run/checkpoint.ts';
export { createMemoryRunStore, type MemoryRunStore } from './run/memory-run-store.ts';
export type { MetricsRecord, RunStore } from './run/run-store.ts';
export { scheduleSchema, type ScheduleConfig } from './schedules/schedule-config.ts';
export { createSchedule, type Schedule, type ScheduleContext } from './schedules/schedule.ts';
export { createRun, createRunBackbone, type Run } from './plan/create-run.ts';
export {
  planRun,
  streamPlans,
  visibleDataset,
  type PlannedStream,
  type PlanOptions,
  type RunPlan,
} from './plan/run-plan.ts';
export { captureCheckpoint, restoreCheckpoint, type Trained } from './trainer/checkpoint-state.ts';
export { evaluationBatches, type SweepOptions } from './trainer/dataset-sweep.ts';
export { describeMetrics } from './trainer/describe-metrics.ts';
export { drawExamples, type DrawExamplesOptions, type ExamplePreviews } from './trainer/draw-examples.ts';
export { DivergedError } from './trainer/divergence.ts';
export { callHook, MethodError, type MethodHook } from './trainer/method-guard.ts';
export { measureMetrics, type MeasureMetricsOptions } from './trainer/measure-metrics.ts';
export type { TrainerEvent, TrainResult } from './trainer/trainer-events.ts';
export { createTrainer, type RunOptions, type Trainer, type TrainerOptions } from './trainer/trainer.ts';
export { allTrees, disposeState, stateTrees, type StateTrees } from './trainer/state-trees.ts';
