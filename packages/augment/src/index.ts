export { applyRecipe, type ImageViewGroup, type ImageViews } from './apply-recipe.ts';
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
export { randomLinearFader, type RandomFaderOptions } from './audio/transforms/random-linear-fader.ts';
export { randomMaskStripes, type MaskStripesOptions } from './audio/transforms/random-mask-stripes.ts';
export { randomMixLogMel, type RandomMixOptions } from './audio/transforms/random-mix-log-mel.ts';
export { randomResizeCrop, type RandomResizeCropOptions } from './audio/transforms/random-resize-crop.ts';
export { randomSegment } from './audio/transforms/random-segment.ts';
export {
  adjustBrightness,
  adjustColor,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type ColorAdjustment,
  type ColorStep,
} from './functional/adjust-color.ts';
export { adjustHsv, type HsvAdjustment, type ToneCurve } from './functional/adjust-hsv.ts';
export { adjustSharpness } from './functional/adjust-sharpness.ts';
export { affine, rotate, type AffineParameters } from './functional/affine.ts';
export type { Interpolation } from './functional/axis-weights.ts';
export { toFloatImage, toRawImage } from './functional/convert.ts';
export { centerBox, crop } from './functional/crop.ts';
export { erase } from './functional/erase.ts';
export { horizontalFlip, verticalFlip } from './functional/flip.ts';
export { gaussianBlur } from './functional/gaussian-blur.ts';
export { grayscale } from './functional/grayscale.ts';
export { normalize, type Normalization } from './functional/normalize.ts';
export { pad, type PaddingMode } from './functional/pad.ts';
export { permuteTiles } from './functional/permute-tiles.ts';
export { perspective, type Point, type Quadrangle } from './functional/perspective.ts';
export { resize, resizedCrop, type ResizeOptions } from './functional/resize.ts';
export { rotate90 } from './functional/rotate90.ts';
export { autocontrast, invert, posterize, solarize } from './functional/tone.ts';
export type { WarpOptions } from './functional/warp.ts';
export type { Box, FloatImage, ImageSpec, RawImage } from './image.ts';
export type { PlainTransformSpec } from './plain-transforms.ts';
export { evaluationRecipe, type EvaluationOptions } from './presets/evaluation.ts';
export { generatedShapesRecipe } from './presets/generated-shapes.ts';
export { cifar10Normalization, imagenetNormalization } from './presets/normalizations.ts';
export { cifar10RotationRecipe, fourRotations } from './presets/rotation.ts';
export {
  cifar10SmallRecipe,
  selfClassifierImagenetRecipe,
  type MultiCropOptions,
} from './presets/self-classifier.ts';
export {
  cifar10LightlyRecipe,
  cifar10SimclrRecipe,
  cifar10SoloLearnRecipe,
  imagenetSimclrRecipe,
  type PresetOptions,
} from './presets/simclr.ts';
export { recipeSchema, resolveRecipe, type ResolvedGroup, type ResolvedRecipe } from './resolve-recipe.ts';
export { transforms, transformSchema, type ResolvedTransform, type TransformSpec } from './transform-spec.ts';
export type { Transform, TransformContext } from './transform.ts';
export { validateRecipe } from './validate-recipe.ts';
export {
  allocateViewGroups,
  writeViews,
  type ViewBatch,
  type ViewGroupBatch,
  type ViewGroups,
} from './view-batch.ts';
export type { ViewGroupSpec, ViewRecipe } from './view-recipe.ts';
