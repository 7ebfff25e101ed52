import * as tf from '@tensorflow/tfjs-core';
import type { WasmKernel } from './composed-kernels.ts';

type Conv2DInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** A convolution's gradient by its kernel, as a forward convolution of the input by the upstream gradient. */
export const composedConv2DBackpropFilter: WasmKernel = {
  kernelName: tf.Conv2DBackpropFilter,
  create:
    () =>
    ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const { filterShape } = attrs as unknown as { filterShape: Shape4D };
      return tf.tidy(() => filterGradient(x, dy, convInfo(x.shape, filterShape, attrs)));
    },
};

/** A convolution's gradient by its input, as a forward convolution of the upstream gradient. */
export const composedConv2DBackpropInput: WasmKernel = {
  kernelName: tf.Conv2DBackpropInput,
  create:
    () =>
    ({ inputs, attrs }) => {
      const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
      const { inputShape } = attrs as unknown as { inputShape: Shape4D };
      return tf.tidy(() => inputGradient(dy, filter, convInfo(inputShape, filter.shape, attrs)));
    },
};

type Shape4D = [number, number, number, number];

function convInfo(inputShape: Shape4D, filterShape: Shape4D, attrs: tf.NamedAttrMap | undefined): Conv2DInfo {
  const { strides, pad, dimRoundingMode, dataFormat } = attrs as unknown as {
    strides: number | [number, number];
    pad: 'same' | 'valid' | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    dataFormat?: string;
  };
  if (dataFormat !== undefined && dataFormat !== 'NHWC') {
    throw new Error(`convolution gradient: wasm needs data of format NHWC, got ${dataFormat}`);
  }
  return tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
}

function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, info: Conv2DInfo): tf.Tensor4D {
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, padInfo } = info;
  // What the windows cover: each tap of the kernel is one place of the valid convolution below.
  const covered = padTo(
    x,
    [padInfo.top, (outHeight - 1) * strideHeight + filterHeight],
    [padInfo.left, (outWidth - 1) * strideWidth + filterWidth],
  );
  const gradient = tf.conv2d(
    tf.transpose(covered, [3, 1, 2, 0]),
    tf.transpose(dy, [1, 2, 0, 3]),
    1,
    'valid',
    'NHWC',
    [strideHeight, strideWidth],
  );
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, info: Conv2DInfo): tf.Tensor4D {
  const { filterHeight, filterWidth, strideHeight, strideWidth, inHeight, inWidth, padInfo } = info;
  const spread = padTo(
    insertZeros(dy, strideHeight, strideWidth),
    [filterHeight - 1 - padInfo.top, inHeight + filterHeight - 1],
    [filterWidth - 1 - padInfo.left, inWidth + filterWidth - 1],
  );
  const flipped = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(spread, flipped, 1, 'valid');
}

/** Puts zeros before height and width (crops where negative), and after them up to the given size. */
function padTo(
  x: tf.Tensor4D,
  [top, height]: readonly [number, number],
  [left, width]: readonly [number, number],
): tf.Tensor4D {
  const [batch, rows, columns, channels] = x.shape;
  const bottom = height - top - rows;
  const right = width - left - columns;
  const crop = (before: number): number => Math.max(0, -before);
  const kept = tf.slice(
    x,
    [0, crop(top), crop(left), 0],
    [batch, rows - crop(top) - crop(bottom), columns - crop(left) - crop(right), channels],
  );
  const add = (count: number): number => Math.max(0, count);
  return tf.pad(kept, [
    [0, 0],
    [add(top), add(bottom)],
    [add(left), add(right)],
    [0, 0],
  ]);
}

/** Spreads rows and columns apart by `strideHeight` and `strideWidth`. */
function insertZeros(x: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return x;
  const [batch, rows, columns, channels] = x.shape;
  const zerosAfter = (count: number): [number, number][] => [
    [0, 0],
    [0, count - 1],
    [0, 0],
  ];
  const wide = tf.pad(tf.reshape(x, [batch * rows * columns, 1, channels]), zerosAfter(strideWidth));
  const spread = tf.pad(
    tf.reshape(wide, [batch * rows, 1, columns * strideWidth * channels]),
    zerosAfter(strideHeight),
  );
  return tf.reshape(spread, [batch, rows * strideHeight, columns * strideWidth, channels]);
}
