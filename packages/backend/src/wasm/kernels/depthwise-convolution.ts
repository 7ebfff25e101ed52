import * as tf from '@tensorflow/tfjs-core';
import type { DepthwiseInputGradientJob } from '../kernel-jobs.generated.ts';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

type Shape4D = [number, number, number, number];

/** Gradient of a depthwise convolution by its input, which tfjs's wasm backend lacks. */
export const depthwiseConv2dBackpropInput = wasmKernel<
  { dy: tf.TensorInfo; filter: tf.TensorInfo },
  tf.DepthwiseConv2dNativeBackpropInputAttrs
>(
  tf.DepthwiseConv2dNativeBackpropInput,
  ({ inputs: { dy, filter }, attrs: { inputShape, ...attrs }, backend, runner }) => {
    const info = windowOf(inputShape, filter.shape as Shape4D, attrs);
    const result = backend.makeOutput(inputShape, 'float32');
    runner.run('depthwiseInputGradient', info.batchSize, chunksOf(info), {
      dy: addressOf(backend, dy),
      filter: addressOf(backend, filter),
      dx: addressOf(backend, result),
      ...jobWindow(info, filter.shape),
    });
    return result;
  },
);

/** Gradient of a depthwise convolution by its filter, which tfjs's wasm backend lacks. */
export const depthwiseConv2dBackpropFilter = wasmKernel<
  { x: tf.TensorInfo; dy: tf.TensorInfo },
  tf.DepthwiseConv2dNativeBackpropFilterAttrs
>(
  tf.DepthwiseConv2dNativeBackpropFilter,
  ({ inputs: { x, dy }, attrs: { filterShape, ...attrs }, backend, runner }) => {
    const info = windowOf(x.shape as Shape4D, filterShape, attrs);
    const result = backend.makeOutput(filterShape, 'float32');
    const chunks = chunksOf(info);
    const columns = info.outChannels;
    const taps = info.filterHeight * info.filterWidth;
    const partialSums = runner.workspace(chunks * taps * columns * 4);
    runner.run('depthwiseFilterGradient', info.batchSize, chunks, {
      dy: addressOf(backend, dy),
      x: addressOf(backend, x),
      partialSums,
      ...jobWindow(info, filterShape),
    });
    const sums = runner.floats(partialSums, chunks * taps * columns);
    const total = backend.typedArrayFromHeap(result).fill(0);
    for (let at = 0; at < sums.length; at += 1) {
      const place = at % total.length;
      total[place] = (total[place] ?? 0) + (sums[at] ?? 0);
    }
    return result;
  },
);

function windowOf(
  inputShape: Shape4D,
  filterShape: Shape4D,
  {
    strides,
    pad,
    dilations,
    dimRoundingMode,
  }: Omit<tf.DepthwiseConv2dNativeBackpropInputAttrs, 'inputShape'>,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
}

/** From shapes alone, so that results do not depend on the number of threads. */
function chunksOf({ batchSize }: tf.backend_util.Conv2DInfo): number {
  return Math.max(1, Math.min(16, batchSize));
}

/** The window's part of a job. */
function jobWindow(
  info: tf.backend_util.Conv2DInfo,
  filterShape: readonly number[],
): Omit<DepthwiseInputGradientJob, 'dy' | 'filter' | 'dx'> {
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    multiplier: filterShape[3] ?? 1,
  };
}
