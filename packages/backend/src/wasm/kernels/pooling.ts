import * as tf from '@tensorflow/tfjs-core';
import type { PoolJob } from '../kernel-jobs.generated.ts';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel, type WasmCall } from './wasm-kernel.ts';

// tfjs's own pooling uses one thread, and its gradient of max pooling is wrong where the padding is a number.

/** Largest value of each window. */
export const maxPool = wasmKernel<{ x: tf.TensorInfo }, tf.MaxPoolAttrs>(tf.MaxPool, (call) =>
  forward('maxPool', call),
);

/** Mean of each window; padding is not counted. */
export const avgPool = wasmKernel<{ x: tf.TensorInfo }, tf.AvgPoolAttrs>(tf.AvgPool, (call) =>
  forward('averagePool', call),
);

/** Gradient of {@link maxPool}: each window's gradient goes to its first largest value. */
export const maxPoolGrad = wasmKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, tf.MaxPoolGradAttrs>(
  tf.MaxPoolGrad,
  ({ inputs: { dy, input }, attrs, backend, runner }) => {
    const info = poolInfo(input.shape, attrs);
    const result = backend.makeOutput(input.shape, 'float32');
    runner.run('maxPoolGradient', info.batchSize, chunksOf(info), {
      x: addressOf(backend, input),
      dy: addressOf(backend, dy),
      dx: addressOf(backend, result),
      ...windowOf(info),
    });
    return result;
  },
);

/** Gradient of {@link avgPool}. */
export const avgPoolGrad = wasmKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, tf.AvgPoolGradAttrs>(
  tf.AvgPoolGrad,
  ({ inputs: { dy, input }, attrs, backend, runner }) => {
    const info = poolInfo(input.shape, attrs);
    const result = backend.makeOutput(input.shape, 'float32');
    runner.run('averagePoolGradient', info.batchSize, chunksOf(info), {
      dy: addressOf(backend, dy),
      dx: addressOf(backend, result),
      ...windowOf(info),
    });
    return result;
  },
);

function forward(
  kernel: 'maxPool' | 'averagePool',
  { inputs: { x }, attrs, backend, runner }: WasmCall<{ x: tf.TensorInfo }, tf.MaxPoolAttrs>,
): tf.TensorInfo {
  const info = poolInfo(x.shape, attrs);
  const result = backend.makeOutput(info.outShape, 'float32');
  runner.run(kernel, info.batchSize, chunksOf(info), {
    x: addressOf(backend, x),
    y: addressOf(backend, result),
    ...windowOf(info),
  });
  return result;
}

function poolInfo(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: tf.MaxPoolAttrs,
): tf.backend_util.Conv2DInfo {
  const shape4 = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape4, filterSize, strides, 1, pad, dimRoundingMode);
}

/** From shapes alone, so that results do not depend on the number of threads. */
function chunksOf({ batchSize }: tf.backend_util.Conv2DInfo): number {
  return Math.max(1, Math.min(64, batchSize));
}

/** The window's part of a job. */
function windowOf(info: tf.backend_util.Conv2DInfo): Omit<PoolJob, 'x' | 'y'> {
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
  };
}
