export { transformsOf } from './define-transforms.ts';
export { arrayModality } from './array/array-modality.ts';
export type { ArrayValue } from './array/array-value.ts';
export {
  applyRecipe,
  groupsOfStream,
  partnerRandom,
  type ApplyRecipeOptions,
  type PreparedGroup,
  type SampleViewGroup,
  type SampleViews,
} from './apply-recipe.ts';
export {
  augmentationRecipeSchema,
  viewTransforms,
  type Augmentation,
  type AugmentationRecipe,
  type AugmentationStrength,
} from './augmentation.ts';
export { evaluationGroup, evaluationRecipe } from './evaluation-recipe.ts';
export {
  adjustBrightness,
  adjustColor,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type ColorAdjustment,
  type ColorStep,
} from './image/functional/adjust-color.ts';
export { adjustHsv, type HsvAdjustment, type ToneCurve } from './image/functional/adjust-hsv.ts';
export { adjustSharpness } from './image/functional/adjust-sharpness.ts';
export { affine, rotate, type AffineParameters } from './image/functional/affine.ts';
export type { Interpolation } from './image/functional/axis-weights.ts';
export { toFloatImage, toRawImage } from './image/functional/convert.ts';
export { centerBox, crop } from './image/functional/crop.ts';
export { erase } from './image/functional/erase.ts';
export { horizontalFlip, verticalFlip } from './image/functional/flip.ts';
export { gaussianBlur } from './image/functional/gaussian-blur.ts';
export { grayscale } from './image/functional/grayscale.ts';
export { normalize } from './image/functional/normalize.ts';
export { pad, type PaddingMode } from './image/functional/pad.ts';
export { permuteTiles } from './image/functional/permute-tiles.ts';
export { perspective, type Point, type Quadrangle } from './image/functional/perspective.ts';
export { resize, resizedCrop, type ResizeOptions } from './image/functional/resize.ts';
export { rotate90 } from './image/functional/rotate90.ts';
export { autocontrast, invert, posterize, solarize } from './image/functional/tone.ts';
export type { WarpOptions } from './image/functional/warp.ts';
export { imageSpecOf } from './image/image-input.ts';
export { imageModality } from './image/image-modality.ts';
export { type ImageTransformSpec } from './image/image-transforms.ts';
export { defineTransform as defineImageTransform, type ImageTransform } from './image/image-transform.ts';
export type { Box, FloatImage, ImageSpec, RawImage } from './image/image.ts';
export { cifar10Normalization, imagenetNormalization, rotnetNormalization } from './image/normalizations.ts';
export { describeShape, isSameShape, sizeOfShape, type InputSpec, type Normalization } from './input-spec.ts';
export { getModality, modalityNames, registerModality } from './modalities.ts';
export type { AnyModality, Modality, Picture, Preview, RawFeatures, ViewArray } from './modality.ts';
export { choiceTarget, createOneOf } from './one-of.ts';
export { resolveAugmentation } from './resolve-augmentation.ts';
export { recipeSchema, resolveRecipe, type ResolvedRecipe } from './resolve-recipe.ts';
export type { ArraySample, AudioSample, ImageSample, Sample, SampleSpec, TokenSample } from './sample.ts';
export { transformUnion } from './transform-union.ts';
export {
  transformObject,
  type Transform,
  type TransformContext,
  type TransformSpec,
  type ViewTarget,
} from './transform.ts';
export { validateRecipe } from './validate-recipe.ts';
export {
  allocateViewGroups,
  emptyLike,
  writeViews,
  type StreamBatch,
  type TargetBatch,
  type ViewBatch,
  type ViewGroupBatch,
  type ViewGroups,
} from './view-batch.ts';
export type { ViewGroupSpec, ViewRecipe } from './view-recipe.ts';
export { byteVocabulary, decodeTokens, encodeText, maskGlyph } from './tokens/byte-vocabulary.ts';
export { maskTokens, type MaskedTokens, type MaskTokensOptions } from './tokens/mask-tokens.ts';
export { maskIndicesFromNoise, randomMaskIndices, type MaskIndices } from './tokens/random-mask-indices.ts';
export { tokenModality } from './tokens/token-modality.ts';
export { leadingSpan, randomSpan } from './tokens/token-span.ts';
export { defineTokenTransform, type TokenSize, type TokenTransform } from './tokens/token-transform.ts';
export { byteTextSpec, vocabularyOf, type TokenVocabulary } from './tokens/token-vocabulary.ts';
export { tokensTarget } from './tokens/transforms/mask-tokens.ts';
export { linearFader } from './audio/functional/linear-fader.ts';
export { maskStripe, type MaskAxis, type Stripe } from './audio/functional/mask-stripe.ts';
export { mixLogMel, type MixOptions } from './audio/functional/mix-log-mel.ts';
export { resizeAligned } from './audio/functional/resize-aligned.ts';
export {
  resizeCrop,
  type ResizeCropParameters,
  type SpectrogramBox,
  type SpectrogramSize,
} from './audio/functional/resize-crop.ts';
export {
  segmentFrames,
  segmentOffsets,
  segmentSamples,
  type SegmentPadding,
} from './audio/functional/segment.ts';
export { logMelSpectrogram } from './audio/log-mel-spectrogram.ts';
export { melSettingsFor, type MelOptions, type MelSettings } from './audio/mel-settings.ts';
export { resample, type ResampleOptions } from './audio/resample.ts';
export { spectrogramPicture, type SpectrogramPicture } from './audio/spectrogram-picture.ts';
export type { Spectrogram } from './audio/spectrogram.ts';
export { audioSettingsOf, type AudioSettings } from './audio/audio-input.ts';
export { audioModality } from './audio/audio-modality.ts';
export type { AudioTransformSpec } from './audio/audio-transforms.ts';
export {
  defineSpectrogramTransform,
  defineWaveformTransform,
  type AudioTransform,
} from './audio/audio-transform.ts';
export { encodeWav } from './audio/encode-wav.ts';
