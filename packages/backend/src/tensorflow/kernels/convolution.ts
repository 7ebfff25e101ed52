import * as tf from '@tensorflow/tfjs-core';
import { attribute, type NativeBackend, type OpAttribute } from '../native-backend.ts';
import { nativeKernel, type KernelInputs } from './native-kernel.ts';
import { dilationsAttribute, windowAttributes, withShape, type Shape4 } from './window.ts';

// tfjs-node's own convolutions refuse a padding given as a number, and their gradients refuse every explicit
// padding, although TensorFlow's ops take it. PyTorch's networks need nothing else.

/** Attributes of a convolution; its gradients leave the dilations out, which are 1 there. */
type ConvolutionAttrs = Omit<tf.Conv2DAttrs, 'dilations'> & Partial<Pick<tf.Conv2DAttrs, 'dilations'>>;

/** Convolution `x [batch, height, width, in] * filter [height, width, in, out]`, any padding, stride and dilation. */
export const conv2d = nativeKernel<KernelInputs<'x' | 'filter'>, tf.Conv2DAttrs>(
  tf.Conv2D,
  (backend, { x, filter }, attrs) => convolve(backend, x, filter, attrs),
);

/** Gradient of {@link conv2d} with respect to its filter. */
export const conv2dBackpropFilter = nativeKernel<KernelInputs<'x' | 'dy'>, tf.Conv2DBackpropFilterAttrs>(
  tf.Conv2DBackpropFilter,
  (backend, { x, dy }, attrs) => {
    const attributes = convolutionAttributes(backend, x.shape, attrs.filterShape, attrs);
    return withShape(attrs.filterShape, (shape) =>
      backend.executeSingleOutput('Conv2DBackpropFilter', attributes, [x, shape, dy]),
    );
  },
);

/** Gradient of {@link conv2d} with respect to its input. */
export const conv2dBackpropInput = nativeKernel<KernelInputs<'dy' | 'filter'>, tf.Conv2DBackpropInputAttrs>(
  tf.Conv2DBackpropInput,
  (backend, { dy, filter }, attrs) => {
    const attributes = convolutionAttributes(backend, attrs.inputShape, filter.shape, attrs);
    return withShape(attrs.inputShape, (shape) =>
      backend.executeSingleOutput('Conv2DBackpropInput', attributes, [shape, filter, dy]),
    );
  },
);

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
  const attributes = convolutionAttributes(backend, x.shape, filter.shape, attrs);
  return backend.executeSingleOutput('Conv2D', attributes, [x, filter]);
}

function convolutionAttributes(
  backend: NativeBackend,
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations = 1, pad, dimRoundingMode, dataFormat }: ConvolutionAttrs,
): OpAttribute[] {
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  return [
    attribute.type(backend, 'T', 'float32'),
    attribute.bool(backend, 'use_cudnn_on_gpu', true),
    dilationsAttribute(backend, info),
    ...windowAttributes(backend, info),
  ];
}
