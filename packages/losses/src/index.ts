export { assignLabels, type AssignLabelsOptions, type LabelAssignment } from './assign-labels.ts';
export { byolLoss } from './byol-loss.ts';
export { classifierMetrics, type ClassifierMetrics } from './classifier-metrics.ts';
export { cosineMomentum, type CosineMomentumOptions } from './cosine-momentum.ts';
export { batchAccuracy, crossEntropyLoss, type CrossEntropyOptions } from './cross-entropy-loss.ts';
export { createDecoder, type Decoder, type DecoderOptions } from './decoder.ts';
export { updateEma } from './ema.ts';
export { dinoLoss, updateCentre, type DinoLossOptions } from './losses/dino-loss.ts';
export { maeLoss, type MaeLossOptions } from './losses/mae-loss.ts';
export { maskedTokenLoss } from './losses/masked-token-loss.ts';
export { patchify, unpatchify } from './losses/patchify.ts';
export { perplexity, unigramPerplexity } from './losses/perplexity.ts';
export { s4lLoss, type S4lLossOptions } from './losses/s4l-loss.ts';
export { teacherTemperatureAt, type TeacherTemperatureOptions } from './losses/teacher-temperature-at.ts';
export type {
  AnyMethod,
  ExampleImages,
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
export { autoencoder, type AutoencoderOptions, type AutoencoderState } from './methods/autoencoder.ts';
export { byol, type ByolOptions, type ByolState, type ByolTarget } from './methods/byol.ts';
export { rotation, type RotationOptions, type RotationState } from './methods/rotation.ts';
export { sela, type SelaOptions, type SelaState } from './methods/sela.ts';
export {
  selfClassifier,
  type SelfClassifierOptions,
  type SelfClassifierState,
} from './methods/self-classifier.ts';
export { supervised, type SupervisedOptions, type SupervisedState } from './methods/supervised.ts';
export {
  createLabelTable,
  type LabelSummary,
  type LabelTable,
  type LabelTableOptions,
  type RelabelOptions,
} from './label-table.ts';
export { createNearestNeighbourQueue, type NearestNeighbourQueue } from './nearest-neighbour-queue.ts';
export { peakSignalToNoise, reconstructionLoss, type ReconstructionKind } from './reconstruction-loss.ts';
export { getMethod, methodNames } from './registry.ts';
export { relabellingTimes, type RelabellingOptions } from './relabelling-times.ts';
export { selaLoss } from './sela-loss.ts';
export { selfClassifierLoss, type SelfClassifierLossOptions } from './self-classifier-loss.ts';
export { stopGradient } from './stop-gradient.ts';
export { viewCount, viewFeatures } from './view-features.ts';
