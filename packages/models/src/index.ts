export type { Backbone, BackboneSettings, EncodedTokens, TokenEncoder, TokenSelection } from './backbone.ts';
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
export { createDinoHead, type DinoHead, type DinoHeadOptions } from './heads/dino-head.ts';
export { createProjectionHead, type ProjectionHeadOptions } from './heads/projection-head.ts';
export {
  createWeightNormClassifier,
  type WeightNormClassifier,
  type WeightNormClassifierOptions,
} from './heads/weight-norm-classifier.ts';
export {
  kaimingNormalFanOut,
  truncatedNormal02,
  uniformFanIn,
  xavierUniform,
  zeros,
} from './initializers.ts';
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
export { loadTree, treeMismatches, treeToTensors, type LoadTreeOptions } from './weights/tree-weights.ts';
export { writeSafetensors } from './weights/write-safetensors.ts';
export {
  createAttention,
  type Attention,
  type AttentionInput,
  type AttentionOptions,
} from './layers/attention.ts';
export { contextOf, dropPath } from './layers/drop-path.ts';
export { forwardRows } from './layers/forward-rows.ts';
export { gatherIds, gatherTokens } from './layers/gather-tokens.ts';
export { createLayerNorm, type LayerNorm, type LayerNormOptions } from './layers/layer-norm.ts';
export { createMlp, type Mlp, type MlpOptions } from './layers/mlp.ts';
export { createPatchEmbedding, patchGrid, patchify } from './transformer/patch-embedding.ts';
export type { PatchEmbedding, PatchEmbeddingOptions } from './transformer/patch-embedding.ts';
export { resamplePositions, type Grid } from './transformer/resample-positions.ts';
export { sinCosPositions2d } from './transformer/sin-cos-positions.ts';
export { createTextTransformer } from './transformer/text-transformer.ts';
export type { TextTransformer, TextTransformerOptions } from './transformer/text-transformer.ts';
export { createTransformerBlock, createTransformerBlocks } from './transformer/transformer-block.ts';
export type {
  TransformerBlock,
  TransformerBlockInput,
  TransformerBlockOptions,
  TransformerBlocksOptions,
} from './transformer/transformer-block.ts';
export { createVisionTransformer } from './transformer/vision-transformer.ts';
export type {
  TokenOptions,
  VisionTransformer,
  VisionTransformerOptions,
} from './transformer/vision-transformer.ts';
