import * as tf from '@tensorflow/tfjs-core';
import { attribute, type NativeBackend, type OpAttribute } from '../native-backend.ts';

/** Batch, height, width, channels; or a filter's. */
export type Shape4 = [number, number, number, number];

/** `[top, bottom, left, right]` zeros around an image. */
export type Padding = readonly [number, number, number, number];

/** Rows and columns of zeros that a convolution or pooling of this geometry sees around its input. */
export function explicitPadding(info: tf.backend_util.Conv2DInfo): Padding {
  const { top, left, bottom, right } = info.padInfo;
  return [
    top,
    Math.max(
      bottom,
      missing(info.outHeight, info.strideHeight, info.effectiveFilterHeight, info.inHeight, top),
    ),
    left,
    Math.max(right, missing(info.outWidth, info.strideWidth, info.effectiveFilterWidth, info.inWidth, left)),
  ];
}

/** Zeros after the input for the last window to be whole; only where the size of the result is rounded up. */
function missing(out: number, stride: number, window: number, size: number, before: number): number {
  return (out - 1) * stride + window - size - before;
}

/** The attributes that TensorFlow's convolutions and poolings share: where their window goes. */
export function windowAttributes(backend: NativeBackend, info: tf.backend_util.Conv2DInfo): OpAttribute[] {
  const channelsLast = info.dataFormat === 'channelsLast';
  const spatial = (height: number, width: number) =>
    channelsLast ? [1, height, width, 1] : [1, 1, height, width];
  const named = namedPadding(info);
  const attributes = [
    attribute.ints(backend, 'strides', spatial(info.strideHeight, info.strideWidth)),
    attribute.string(backend, 'padding', named ?? 'EXPLICIT'),
    attribute.string(backend, 'data_format', channelsLast ? 'NHWC' : 'NCHW'),
  ];
  if (named === undefined) {
    const padding = explicitPadding(info);
    const all = channelsLast ? [0, 0, ...padding, 0, 0] : [0, 0, 0, 0, ...padding];
    attributes.push(attribute.ints(backend, 'explicit_paddings', all));
  }
  return attributes;
}

/**
 * TensorFlow's name for a padding, where it has one.
 *
 * PyTorch's `padding=1` of a 3×3 window with stride 1 is TensorFlow's `SAME`; said so, oneDNN computes the
 * gradients of the convolution 2 to 4 times faster than with the same padding given in numbers, which it leaves to
 * another implementation.
 */
export function namedPadding(info: tf.backend_util.Conv2DInfo): 'SAME' | 'VALID' | undefined {
  if (info.padInfo.type === 'SAME' || info.padInfo.type === 'VALID') return info.padInfo.type;
  const padding = explicitPadding(info);
  if (padding.every((zeros) => zeros === 0)) return 'VALID';
  const same = [
    ...samePadding(info.inHeight, info.strideHeight, info.effectiveFilterHeight),
    ...samePadding(info.inWidth, info.strideWidth, info.effectiveFilterWidth),
  ];
  return padding.every((zeros, side) => zeros === same[side]) ? 'SAME' : undefined;
}

/** Zeros before and after an axis by TensorFlow's rule: as few as give one window for each stride. */
function samePadding(size: number, stride: number, window: number): [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** Images with the zeros around them that {@link explicitPadding} tells. */
export function padImages(x: tf.Tensor, info: tf.backend_util.Conv2DInfo): tf.Tensor4D {
  const [top, bottom, left, right] = explicitPadding(info);
  return tf.pad4d(x as tf.Tensor4D, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
}

/** The same windows over images that {@link padImages} has padded. */
export function withoutPadding(info: tf.backend_util.Conv2DInfo): tf.backend_util.Conv2DInfo {
  const [top, bottom, left, right] = explicitPadding(info);
  const inHeight = info.inHeight + top + bottom;
  const inWidth = info.inWidth + left + right;
  return {
    ...info,
    inHeight,
    inWidth,
    inShape: [info.batchSize, inHeight, inWidth, info.inChannels],
    padInfo: { top: 0, bottom: 0, left: 0, right: 0, type: 'VALID' },
  };
}

/** The attribute `dilations` of TensorFlow's convolutions. */
export function dilationsAttribute(backend: NativeBackend, info: tf.backend_util.Conv2DInfo): OpAttribute {
  const { dilationHeight, dilationWidth } = info;
  const channelsLast = info.dataFormat === 'channelsLast';
  return attribute.ints(
    backend,
    'dilations',
    channelsLast ? [1, dilationHeight, dilationWidth, 1] : [1, 1, dilationHeight, dilationWidth],
  );
}

/** Runs `op` with `shape` as the int32 tensor that TensorFlow's gradients take. */
export function withShape(shape: readonly number[], op: (shape: tf.Tensor) => tf.Tensor): tf.Tensor {
  const tensor = tf.tensor1d([...shape], 'int32');
  const result = op(tensor);
  tensor.dispose();
  return result;
}
