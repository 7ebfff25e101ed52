import * as tf from '@tensorflow/tfjs-core';
import { attribute, type NativeBackend, type OpAttribute } from '../native-backend.ts';
import { nativeKernel, type KernelInputs } from './native-kernel.ts';
import { dilationsAttribute, windowAttributes, withShape, type Shape4 } from './window.ts';

type DepthwiseAttrs =
  | tf.DepthwiseConv2dNativeAttrs
  | tf.DepthwiseConv2dNativeBackpropFilterAttrs
  | tf.DepthwiseConv2dNativeBackpropInputAttrs;

/** Depthwise convolution with any padding; tfjs-node's own refuses one given as a number. */
export const depthwiseConv2d = nativeKernel<KernelInputs<'x' | 'filter'>, tf.DepthwiseConv2dNativeAttrs>(
  tf.DepthwiseConv2dNative,
  (backend, { x, filter }, attrs) => {
    const attributes = depthwiseAttributes(backend, x.shape, filter.shape, attrs);
    return backend.executeSingleOutput('DepthwiseConv2dNative', attributes, [x, filter]);
  },
);

/** Gradient of {@link depthwiseConv2d} with respect to its filter. */
export const depthwiseConv2dBackpropFilter = nativeKernel<
  KernelInputs<'x' | 'dy'>,
  tf.DepthwiseConv2dNativeBackpropFilterAttrs
>(tf.DepthwiseConv2dNativeBackpropFilter, (backend, { x, dy }, attrs) => {
  const attributes = depthwiseAttributes(backend, x.shape, attrs.filterShape, attrs);
  return withShape(attrs.filterShape, (shape) =>
    backend.executeSingleOutput('DepthwiseConv2dNativeBackpropFilter', attributes, [x, shape, dy]),
  );
});

/** Gradient of {@link depthwiseConv2d} with respect to its input. */
export const depthwiseConv2dBackpropInput = nativeKernel<
  KernelInputs<'dy' | 'filter'>,
  tf.DepthwiseConv2dNativeBackpropInputAttrs
>(tf.DepthwiseConv2dNativeBackpropInput, (backend, { dy, filter }, attrs) => {
  const attributes = depthwiseAttributes(backend, attrs.inputShape, filter.shape, attrs);
  return withShape(attrs.inputShape, (shape) =>
    backend.executeSingleOutput('DepthwiseConv2dNativeBackpropInput', attributes, [shape, filter, dy]),
  );
});

function depthwiseAttributes(
  backend: NativeBackend,
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations, pad, dimRoundingMode }: DepthwiseAttrs,
): OpAttribute[] {
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  return [
    attribute.type(backend, 'T', 'float32'),
    dilationsAttribute(backend, info),
    ...windowAttributes(backend, info),
  ];
}
