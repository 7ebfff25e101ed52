import * as tf from '@tensorflow/tfjs-core';
import { attribute, type NativeBackend, type OpAttribute } from '../native-backend.ts';
import { nativeKernel, type KernelInputs } from './native-kernel.ts';
import {
  namedPadding,
  padImages,
  windowAttributes,
  withoutPadding,
  withShape,
  type Shape4,
} from './window.ts';

/** Max pooling with any padding; tfjs-node's own refuses all but `valid` and `same`. */
export const maxPool = nativeKernel<KernelInputs<'x'>, tf.MaxPoolAttrs>(tf.MaxPool, (backend, { x }, attrs) =>
  backend.executeSingleOutput('MaxPool', poolAttributes(backend, poolInfo(x.shape, attrs)), [x]),
);

/** Gradient of {@link maxPool}. */
export const maxPoolGrad = nativeKernel<KernelInputs<'dy' | 'input' | 'output'>, tf.MaxPoolGradAttrs>(
  tf.MaxPoolGrad,
  (backend, { dy, input, output }, attrs) => {
    const attributes = poolAttributes(backend, poolInfo(input.shape, attrs));
    return backend.executeSingleOutput('MaxPoolGrad', attributes, [input, output, dy]);
  },
);

/** Average pooling, zeros of the padding not counted, with any padding. */
export const avgPool = nativeKernel<KernelInputs<'x'>, tf.AvgPoolAttrs>(
  tf.AvgPool,
  (backend, { x }, attrs) => {
    const info = poolInfo(x.shape, attrs);
    if (namedPadding(info) !== undefined) return average(backend, info, x);
    return tf.tidy(() => {
      const whole = average(backend, withoutPadding(info), padImages(x, info));
      return tf.div(whole, insideFraction(backend, info));
    });
  },
);

/** Gradient of {@link avgPool}. */
export const avgPoolGrad = nativeKernel<KernelInputs<'dy' | 'input'>, tf.AvgPoolGradAttrs>(
  tf.AvgPoolGrad,
  (backend, { dy, input }, attrs) => {
    const info = poolInfo(input.shape, attrs);
    if (namedPadding(info) !== undefined) return averageGrad(backend, info, dy);
    return tf.tidy(() => {
      const share = tf.div(dy, insideFraction(backend, info));
      const around = averageGrad(backend, withoutPadding(info), share);
      return tf.slice(around, [0, info.padInfo.top, info.padInfo.left, 0], input.shape as Shape4);
    });
  },
);

function poolInfo(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: tf.MaxPoolAttrs,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computePool2DInfo(shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
}

function poolAttributes(backend: NativeBackend, info: tf.backend_util.Conv2DInfo): OpAttribute[] {
  return [
    attribute.type(backend, 'T', 'float32'),
    attribute.ints(backend, 'ksize', [1, info.filterHeight, info.filterWidth, 1]),
    ...windowAttributes(backend, info),
  ];
}

// TensorFlow's average pooling takes no explicit padding, so it is added outside of the op: each window's mean
// over all its places is divided by the fraction of them that lies inside the image.

function insideFraction(backend: NativeBackend, info: tf.backend_util.Conv2DInfo): tf.Tensor {
  const inside = padImages(tf.ones([1, info.inHeight, info.inWidth, 1]), info);
  return average(backend, withoutPadding(info), inside);
}

function average(backend: NativeBackend, info: tf.backend_util.Conv2DInfo, x: tf.Tensor): tf.Tensor {
  return backend.executeSingleOutput('AvgPool', poolAttributes(backend, info), [x]);
}

function averageGrad(backend: NativeBackend, info: tf.backend_util.Conv2DInfo, dy: tf.Tensor): tf.Tensor {
  return withShape(info.inShape, (shape) =>
    backend.executeSingleOutput('AvgPoolGrad', poolAttributes(backend, info), [shape, dy]),
  );
}
