import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { addressOf, type kernelIds, type KernelRunner } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

// tfjs's own pooling uses one thread, and its gradient of max pooling is wrong where the padding is a number.

/** Largest value of each window. */
export const maxPool = wasmKernel<{ x: tf.TensorInfo }, tf.MaxPoolAttrs>(
  tf.MaxPool,
  ({ inputs: { x }, attrs, backend, runner }) => forward('maxPool', runner, backend, x, attrs),
);

/** Mean of each window; padding is not counted. */
export const avgPool = wasmKernel<{ x: tf.TensorInfo }, tf.AvgPoolAttrs>(
  tf.AvgPool,
  ({ inputs: { x }, attrs, backend, runner }) => forward('averagePool', runner, backend, x, attrs),
);

/** Gradient of {@link maxPool}: each window's gradient goes to its first largest value. */
export const maxPoolGrad = wasmKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, tf.MaxPoolGradAttrs>(
  tf.MaxPoolGrad,
  ({ inputs: { dy, input }, attrs, backend, runner }) => {
    const info = poolInfo(input.shape, attrs);
    const result = backend.makeOutput(input.shape, 'float32');
    run('maxPoolGradient', runner, backend, info, [input, dy, result]);
    return result;
  },
);

/** Gradient of {@link avgPool}. */
export const avgPoolGrad = wasmKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, tf.AvgPoolGradAttrs>(
  tf.AvgPoolGrad,
  ({ inputs: { dy, input }, attrs, backend, runner }) => {
    const info = poolInfo(input.shape, attrs);
    const result = backend.makeOutput(input.shape, 'float32');
    run('averagePoolGradient', runner, backend, info, [dy, result]);
    return result;
  },
);

function forward(
  kernel: keyof typeof kernelIds,
  runner: KernelRunner,
  backend: BackendWasm,
  x: tf.TensorInfo,
  attrs: tf.MaxPoolAttrs,
): tf.TensorInfo {
  const info = poolInfo(x.shape, attrs);
  const result = backend.makeOutput(info.outShape, 'float32');
  run(kernel, runner, backend, info, [x, result]);
  return result;
}

function poolInfo(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: tf.MaxPoolAttrs,
): tf.backend_util.Conv2DInfo {
  const shape4 = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape4, filterSize, strides, 1, pad, dimRoundingMode);
}

/** @param tensors in the order of the kernel's job, which has room for three */
function run(
  kernel: keyof typeof kernelIds,
  runner: KernelRunner,
  backend: BackendWasm,
  info: tf.backend_util.Conv2DInfo,
  tensors: readonly tf.TensorInfo[],
): void {
  const addresses = tensors.map((tensor) => addressOf(backend, tensor));
  runner.run(kernel, info.batchSize, Math.max(1, Math.min(64, info.batchSize)), [
    ...[addresses[0] ?? 0, addresses[1] ?? 0, addresses[2] ?? 0],
    ...[info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ]);
}
