export type { Backbone, BackboneSettings, TokenEncoder, TokenSelection } from './backbone.ts';
export type { AnyBackboneKind, BackboneKind, BackboneOffer } from './backbones/backbone-kind.ts';
export {
  backboneKinds,
  backboneNames,
  backboneSchema,
  createBackbone,
  defaultBackbone,
  getBackboneKind,
  requireMap,
  requireTokens,
  type CreateBackboneOptions,
} from './backbones/registry.ts';
export {
  createBatchNorm,
  type BatchNorm,
  type BatchNormFusion,
  type BatchNormOptions,
} from './batch-norm.ts';
export { createConvolution, type ConvolutionOptions } from './convolution.ts';
export { createProjectionHead, type ProjectionHeadOptions } from './heads/projection-head.ts';
export {
  createWeightNormClassifier,
  type WeightNormClassifier,
  type WeightNormClassifierOptions,
} from './heads/weight-norm-classifier.ts';
export { kaimingNormalFanOut, truncatedNormal02, uniformFanIn, zeros } from './initializers.ts';
export type { Fans, Initializer } from './initializers.ts';
export { l2Normalize } from './l2-normalize.ts';
export { createLinear, type LinearOptions } from './linear.ts';
export type { ForwardContext, Module, StatisticsUpdate } from './module.ts';
export type {
  BufferTree,
  HostArray,
  HostBuffer,
  Parameter,
  ParameterLayout,
  ParamTree,
} from './parameter.ts';
export {
  copyTree,
  createParameter,
  disposeModule,
  disposeTrees,
  freezeTree,
  isHostBuffer,
  mergeTrees,
  parameterCount,
  treesOf,
} from './parameter-tree.ts';
export { createStatisticsRecorder, type StatisticsRecorder } from './statistics-recorder.ts';
export { readSafetensors, type Safetensors } from './weights/read-safetensors.ts';
export type { SafeTensor, SafetensorsArrays, SafetensorsDtype } from './weights/safetensors-dtype.ts';
export { toFloat32 } from './weights/to-float32.ts';
export { loadTree, treeToTensors, type LoadTreeOptions } from './weights/tree-weights.ts';
export { writeSafetensors } from './weights/write-safetensors.ts';
