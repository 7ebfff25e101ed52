export { dinoLoss, updateCentre, type DinoLossOptions } from './losses/dino-loss.ts';
export { maeLoss, type MaeLossOptions } from './losses/mae-loss.ts';
export { maskedTokenLoss } from './losses/masked-token-loss.ts';
export { patchify, unpatchify } from './losses/patchify.ts';
export { perplexity, unigramPerplexity } from './losses/perplexity.ts';
export { s4lLoss, type S4lLossOptions } from './losses/s4l-loss.ts';
export { teacherTemperatureAt, type TeacherTemperatureOptions } from './losses/teacher-temperature-at.ts';
export { byolLoss } from './losses/byol-loss.ts';
export { infoNceLoss, type InfoNceLossOptions } from './losses/info-nce-loss.ts';
export { lejepaLoss, type LejepaLoss, type LejepaLossOptions } from './losses/lejepa-loss.ts';
export { ntXentLoss, type NtXentLossOptions } from './losses/nt-xent-loss.ts';
export { negativeCosine, simsiamLoss } from './losses/simsiam-loss.ts';
export {
  swavAssignments,
  swavLoss,
  type SwavAssignmentsOptions,
  type SwavLossOptions,
} from './losses/swav-loss.ts';
export { vicregLoss, type VicregLoss, type VicregLossOptions } from './losses/vicreg-loss.ts';
export { classifierMetrics, type ClassifierMetrics } from './losses/classifier-metrics.ts';
export { batchAccuracy, crossEntropyLoss, type CrossEntropyOptions } from './losses/cross-entropy-loss.ts';
export {
  peakSignalToNoise,
  reconstructionLoss,
  type ReconstructionKind,
} from './losses/reconstruction-loss.ts';
export { selaLoss } from './losses/sela-loss.ts';
export { selfClassifierLoss, type SelfClassifierLossOptions } from './losses/self-classifier-loss.ts';
export type {
  AnyMethod,
  ExampleRow,
  ForwardStep,
  InitContext,
  MethodDefinition,
  MethodPreset,
  MethodRoles,
  MethodState,
  ModelPart,
  NamedTensors,
  Objective,
  ObjectiveStep,
  Outputs,
  Paper,
  ParameterGroup,
  Progress,
  StreamRequest,
  SweepStep,
  ViewGroup,
  Views,
  ViewsContext,
} from './method.ts';
export { autoencoder, type AutoencoderOptions, type AutoencoderRoles } from './methods/autoencoder.ts';
export { byol, type ByolOptions, type ByolRoles } from './methods/byol.ts';
export { maskedTokens, type MaskedTokensOptions, type MaskedTokensRoles } from './methods/masked-tokens.ts';
export { dino, type DinoOptions, type DinoRoles } from './methods/dino.ts';
export { mae, type MaeOptions, type MaeRoles } from './methods/mae.ts';
export { lejepa, type LejepaOptions, type LejepaRoles } from './methods/lejepa.ts';
export { moco, type MocoOptions, type MocoRoles } from './methods/moco.ts';
export { nnclr, type NnclrOptions, type NnclrRoles } from './methods/nnclr.ts';
export { simclr, type SimclrOptions, type SimclrRoles } from './methods/simclr.ts';
export { simsiam, type SimsiamOptions, type SimsiamRoles } from './methods/simsiam.ts';
export { swav, type SwavOptions, type SwavRoles } from './methods/swav.ts';
export { vicreg, type VicregOptions, type VicregRoles } from './methods/vicreg.ts';
export { rotation, type RotationOptions, type RotationRoles } from './methods/rotation.ts';
export { createS4l, type S4lOptions, type S4lRoles } from './methods/s4l.ts';
export { sela, type SelaOptions, type SelaRoles } from './methods/sela.ts';
export {
  selfClassifier,
  type SelfClassifierOptions,
  type SelfClassifierRoles,
} from './methods/self-classifier.ts';
export { supervised, type SupervisedOptions, type SupervisedRoles } from './methods/supervised.ts';
export type { MetricDescription } from './metric-description.ts';
export { assignLabels, type AssignLabelsOptions, type LabelAssignment } from './parts/assign-labels.ts';
export { cosineMomentum, type CosineMomentumOptions } from './parts/cosine-momentum.ts';
export { createDecoder, type Decoder, type DecoderOptions } from './parts/decoder.ts';
export { updateEma } from './parts/ema.ts';
export {
  createLabelTable,
  type LabelSummary,
  type LabelTable,
  type LabelTableOptions,
  type RelabelOptions,
} from './parts/label-table.ts';
export { createMaeDecoder, type MaeDecoder, type MaeDecoderOptions } from './parts/mae-decoder.ts';
export { createMomentumNetwork, followNetwork, type MomentumNetwork } from './parts/momentum-network.ts';
export { createNearestNeighbourQueue, type NearestNeighbourQueue } from './parts/nearest-neighbour-queue.ts';
export { relabellingTimes, type RelabellingOptions } from './parts/relabelling-times.ts';
export { stopGradient } from './parts/stop-gradient.ts';
export { pairingAccuracy } from './parts/pairing-accuracy.ts';
export { twoViews } from './parts/two-views.ts';
export { groupOf, viewCount, viewFeatures } from './parts/view-features.ts';
export { sampleMajor, viewMajor } from './parts/view-major.ts';
export { getMethod, methodNames } from './registry.ts';
