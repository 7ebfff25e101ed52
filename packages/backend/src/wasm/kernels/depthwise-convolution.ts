import * as tf from '@tensorflow/tfjs-core';
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
    runner.run('depthwiseInputGradient', info.batchSize, chunksOf(info), [
      ...[dy, filter, result].map((tensor) => addressOf(backend, tensor)),
      ...windowWords(info, filter.shape),
    ]);
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
    runner.run('depthwiseFilterGradient', info.batchSize, chunks, [
      addressOf(backend, dy),
      addressOf(backend, x),
      partialSums,
      ...windowWords(info, filterShape),
    ]);
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

/** Words 3 to 16 of a job. */
function windowWords(info: tf.backend_util.Conv2DInfo, filterShape: readonly number[]): number[] {
  return [
    ...[info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
    ...[info.padInfo.top, info.padInfo.left, info.dilationHeight, info.dilationWidth],
    filterShape[3] ?? 1,
  ];
}
