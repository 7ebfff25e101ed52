import type * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../native-backend.ts';

/** A kernel for the backend `tensorflow`, as `registerTensorflowKernels` takes it. */
export interface NativeKernel {
  readonly kernelName: string;
  readonly run: (
    backend: NativeBackend,
    inputs: tf.NamedTensorInfoMap,
    attrs: tf.NamedAttrMap,
  ) => tf.Tensor | tf.Tensor[];
}

/**
 * Declares a kernel.
 *
 * @param run computes the outputs; disposes everything else that it makes, and none of its inputs
 */
export function nativeKernel<Inputs extends object, Attrs extends object>(
  kernelName: string,
  run: (backend: NativeBackend, inputs: Inputs, attrs: Attrs) => tf.Tensor | tf.Tensor[],
): NativeKernel {
  return {
    kernelName,
    run: (backend, inputs, attrs) => run(backend, inputs as Inputs, attrs as Attrs),
  };
}

/** Inputs of a kernel by name. */
export type KernelInputs<Required extends string, Optional extends string = never> = Readonly<
  Record<Required, tf.Tensor>
> &
  Readonly<Partial<Record<Optional, tf.Tensor>>>;
