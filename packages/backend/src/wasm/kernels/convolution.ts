import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { planForward, planInputGradient, type Window2D } from '../convolution-plan.ts';
import { addressOf } from '../kernel-runner.ts';
import { runConvolution, runFilterGradient } from '../run-convolution.ts';
import { runWinograd, runWinogradFilterGradient, suitsWinograd } from '../run-winograd.ts';
import { wasmKernel } from './wasm-kernel.ts';

type Shape4D = [number, number, number, number];

interface ConvolutionAttrs {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Convolution of `[batch, height, width, in]` by `[height, width, in, out]`: any stride, padding and dilation. */
export const conv2d = wasmKernel<{ x: tf.TensorInfo; filter: tf.TensorInfo }, ConvolutionAttrs>(
  tf.Conv2D,
  ({ inputs: { x, filter }, attrs, backend, runner }) => {
    const window = windowOf('conv2d', x.shape, filter.shape, attrs);
    const images = x.shape[0] ?? 0;
    const result = backend.makeOutput(
      [images, window.outHeight, window.outWidth, window.outChannels],
      'float32',
    );
    if (isEmpty(result)) return result;
    const plan = planForward(window);
    const run = suitsWinograd(plan, window.outChannels) ? runWinograd : runConvolution;
    run(
      runner,
      plan,
      addressOf(backend, x),
      {
        address: addressOf(backend, filter),
        tapBytes: window.inChannels * window.outChannels * 4,
        depthBytes: window.outChannels * 4,
        columnBytes: 4,
      },
      addressOf(backend, result),
      { images, height: window.outHeight, width: window.outWidth, channels: window.outChannels },
    );
    return result;
  },
);

/** Gradient of {@link conv2d} by its input. */
export const conv2dBackpropInput = wasmKernel<
  { dy: tf.TensorInfo; filter: tf.TensorInfo },
  ConvolutionAttrs & { inputShape: Shape4D }
>(tf.Conv2DBackpropInput, ({ inputs: { dy, filter }, attrs, backend, runner }) => {
  const window = windowOf('conv2dBackpropInput', attrs.inputShape, filter.shape, attrs);
  const result = backend.makeOutput(attrs.inputShape, 'float32');
  if (isEmpty(result)) return result;
  if (isEmpty(dy)) return zeroed(backend, result);
  const plan = planInputGradient(window);
  const run = suitsWinograd(plan, window.inChannels) ? runWinograd : runConvolution;
  run(
    runner,
    plan,
    addressOf(backend, dy),
    {
      address: addressOf(backend, filter),
      tapBytes: window.inChannels * window.outChannels * 4,
      depthBytes: 4,
      columnBytes: window.outChannels * 4,
    },
    addressOf(backend, result),
    {
      images: attrs.inputShape[0],
      height: window.inHeight,
      width: window.inWidth,
      channels: window.inChannels,
    },
  );
  return result;
});

/** Gradient of {@link conv2d} by its filter. */
export const conv2dBackpropFilter = wasmKernel<
  { x: tf.TensorInfo; dy: tf.TensorInfo },
  ConvolutionAttrs & { filterShape: Shape4D }
>(tf.Conv2DBackpropFilter, ({ inputs: { x, dy }, attrs, backend, runner }) => {
  const window = windowOf('conv2dBackpropFilter', x.shape, attrs.filterShape, attrs);
  const result = backend.makeOutput(attrs.filterShape, 'float32');
  if (isEmpty(result)) return result;
  if (isEmpty(dy)) return zeroed(backend, result);
  const plan = planForward(window);
  const run = suitsWinograd(plan, window.outChannels) ? runWinogradFilterGradient : runFilterGradient;
  run(runner, plan, addressOf(backend, x), addressOf(backend, dy), addressOf(backend, result), {
    images: x.shape[0] ?? 0,
    height: window.outHeight,
    width: window.outWidth,
    channels: window.outChannels,
  });
  return result;
});

function windowOf(
  caller: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dataFormat = 'NHWC', dilations = 1, dimRoundingMode }: ConvolutionAttrs,
): Window2D {
  if (dataFormat !== 'NHWC') {
    throw new Error(`${caller}: wasm needs data of format NHWC, got ${dataFormat}; transpose to NHWC first`);
  }
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  return { ...info, padTop: info.padInfo.top, padLeft: info.padInfo.left };
}

function isEmpty({ shape }: tf.TensorInfo): boolean {
  return tf.util.sizeFromShape(shape) === 0;
}

function zeroed(backend: BackendWasm, tensor: tf.TensorInfo): tf.TensorInfo {
  backend.typedArrayFromHeap(tensor).fill(0);
  return tensor;
}
