import * as tf from '@tensorflow/tfjs-core';
import { attribute, type NativeBackend, type OpAttribute } from '../native-backend.ts';
import { nativeKernel, type KernelInputs } from './native-kernel.ts';
import {
  dilationsAttribute,
  namedPadding,
  padImages,
  windowAttributes,
  withoutPadding,
  withShape,
  type Shape4,
} from './window.ts';

// tfjs-node's own convolutions refuse a padding given as a number, and their gradients refuse every explicit
// padding, although TensorFlow's ops take it. PyTorch's networks need nothing else.

/** Attributes of a convolution; its gradients leave the dilations out, which are 1 there. */
type ConvolutionAttrs = Omit<tf.Conv2DAttrs, 'dilations'> & Partial<Pick<tf.Conv2DAttrs, 'dilations'>>;

/** Convolution `x [batch, height, width, in] * filter [height, width, in, out]`, any padding, stride and dilation. */
export const conv2d = nativeKernel<KernelInputs<'x' | 'filter'>, tf.Conv2DAttrs>(
  tf.Conv2D,
  (backend, { x, filter }, attrs) => convolve(backend, x, filter, attrs),
);

/**
 * Gradient of {@link conv2d} with respect to its filter.
 *
 * oneDNN takes no padding in numbers here, only by name, and TensorFlow's other implementation loses more than a
 * padded copy of the input costs: with the copy, a ResNet's strided layers take 0.45 (16 → 32 channels) to 1.0
 * (64 → 128) of the time.
 */
export const conv2dBackpropFilter = nativeKernel<KernelInputs<'x' | 'dy'>, tf.Conv2DBackpropFilterAttrs>(
  tf.Conv2DBackpropFilter,
  (backend, { x, dy }, attrs) => {
    const info = convolutionInfo(x.shape, attrs.filterShape, attrs);
    const backprop = (input: tf.Tensor, attributes: OpAttribute[]) =>
      withShape(attrs.filterShape, (shape) =>
        backend.executeSingleOutput('Conv2DBackpropFilter', attributes, [input, shape, dy]),
      );
    if (!isPaddedByNumbers(info)) return backprop(x, convolutionAttributes(backend, info));
    const padded = padImages(x, info);
    const result = backprop(padded, convolutionAttributes(backend, withoutPadding(info)));
    padded.dispose();
    return result;
  },
);

/** Channels of the input from which cutting the padding off {@link conv2dBackpropInput}'s result pays. */
const fewestChannelsToCut = 64;

/** Gradient of {@link conv2d} with respect to its input; see {@link conv2dBackpropFilter} about padding. */
export const conv2dBackpropInput = nativeKernel<KernelInputs<'dy' | 'filter'>, tf.Conv2DBackpropInputAttrs>(
  tf.Conv2DBackpropInput,
  (backend, { dy, filter }, attrs) => {
    const info = convolutionInfo(attrs.inputShape, filter.shape, attrs);
    if (picksPixels(info)) return backpropPickedPixels(dy, filter, info);
    const backprop = (inputShape: readonly number[], attributes: OpAttribute[]) =>
      withShape(inputShape, (shape) =>
        backend.executeSingleOutput('Conv2DBackpropInput', attributes, [shape, filter, dy]),
      );
    if (!isPaddedByNumbers(info) || info.inChannels < fewestChannelsToCut) {
      return backprop(attrs.inputShape, convolutionAttributes(backend, info));
    }
    const whole = withoutPadding(info);
    const padded = backprop(whole.inShape, convolutionAttributes(backend, whole));
    const { top, left } = info.padInfo;
    const result = tf.slice(padded, [0, top, left, 0], attrs.inputShape);
    padded.dispose();
    return result;
  },
);

/** Whether a convolution only mixes the channels of every `strideHeight × strideWidth`-th pixel. */
function picksPixels(info: tf.backend_util.Conv2DInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, dataFormat } = info;
  return (
    dataFormat === 'channelsLast' &&
    filterHeight * filterWidth === 1 &&
    strideHeight * strideWidth > 1 &&
    // Without padding, and no pixels left over at the end.
    info.inHeight === info.outHeight * strideHeight &&
    info.inWidth === info.outWidth * strideWidth
  );
}

/**
 * {@link conv2dBackpropInput} where {@link picksPixels} holds: a product of matrices, then zeros between its pixels.
 * That takes 0.6 to 0.85 of the time of TensorFlow's op, by shape.
 */
function backpropPickedPixels(dy: tf.Tensor, filter: tf.Tensor, info: tf.backend_util.Conv2DInfo): tf.Tensor {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  return tf.tidy(() => {
    const weights = tf.reshape(filter, [inChannels, outChannels]);
    const picked = tf.matMul(tf.reshape(dy, [-1, outChannels]), weights, false, true);
    const spread = tf.pad(tf.reshape(picked, [batchSize * outHeight, 1, outWidth, inChannels]), [
      [0, 0],
      [0, strideHeight - 1],
      [0, 0],
      [0, (strideWidth - 1) * inChannels],
    ]);
    return tf.reshape(spread, info.inShape);
  });
}

/** {@link conv2d} with bias and activation, as `tf.fused.conv2d` asks for it. */
export const fusedConv2d = nativeKernel<
  KernelInputs<'x' | 'filter', 'bias' | 'preluActivationWeights'>,
  tf.FusedConv2DAttrs
>(tf.FusedConv2D, (backend, { x, filter, bias, preluActivationWeights }, attrs) =>
  tf.tidy(() => {
    const product = convolve(backend, x, filter, attrs);
    const sum = bias ? tf.add(product, bias) : product;
    return backend.applyActivation(sum, attrs.activation, preluActivationWeights, attrs.leakyreluAlpha);
  }),
);

function convolve(
  backend: NativeBackend,
  x: tf.Tensor,
  filter: tf.Tensor,
  attrs: ConvolutionAttrs,
): tf.Tensor {
  const attributes = convolutionAttributes(backend, convolutionInfo(x.shape, filter.shape, attrs));
  return backend.executeSingleOutput('Conv2D', attributes, [x, filter]);
}

function convolutionInfo(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations = 1, pad, dimRoundingMode, dataFormat }: ConvolutionAttrs,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
}

function isPaddedByNumbers(info: tf.backend_util.Conv2DInfo): boolean {
  return namedPadding(info) === undefined && info.dataFormat === 'channelsLast';
}

function convolutionAttributes(backend: NativeBackend, info: tf.backend_util.Conv2DInfo): OpAttribute[] {
  return [
    attribute.type(backend, 'T', 'float32'),
    attribute.bool(backend, 'use_cudnn_on_gpu', true),
    dilationsAttribute(backend, info),
    ...windowAttributes(backend, info),
  ];
}
