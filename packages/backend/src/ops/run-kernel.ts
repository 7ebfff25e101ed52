import * as tf from '@tensorflow/tfjs-core';

/** Computes a kernel by stock ops; tensors that it makes on the way are disposed by the caller. */
export type ComposedKernel = (inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap) => tf.Tensor[];

/**
 * Runs one of this package's kernels on the current backend; the tape records it as one op.
 *
 * Where the backend has no such kernel, `composed` is registered as its kernel first. So every backend has every
 * op, and an op needs one gradient only: that of the kernel.
 */
export function runKernel(
  kernelName: string,
  inputs: tf.NamedTensorMap,
  attrs: object,
  composed: ComposedKernel,
): tf.Tensor[] {
  const backendName = tf.getBackend();
  if (!tf.getKernel(kernelName, backendName)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: (call) =>
        tf.tidy(() => composed(call.inputs as tf.NamedTensorMap, call.attrs ?? {})) as tf.TensorInfo[],
    });
  }
  const outputs: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(kernelName, inputs, attrs as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}
