import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';
import { kernelRunner, type KernelRunner } from '../kernel-runner.ts';

/** A call of a kernel. */
export interface WasmCall<Inputs, Attrs> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: BackendWasm;
  readonly runner: KernelRunner;
  /** The kernel of this name that tfjs has for `wasm`; throws where it has none. */
  readonly stock: () => tf.TensorInfo | tf.TensorInfo[];
}

/** A kernel for `wasm`, in place of tfjs's own of this name if it has one. */
export interface WasmKernel {
  readonly kernelName: string;
  readonly create: (stock: tf.KernelFunc | undefined) => tf.KernelFunc;
}

/**
 * Declares a kernel.
 *
 * @param run computes the outputs in new tensors; whatever else it allocates it frees
 */
export function wasmKernel<Inputs extends object, Attrs extends object = object>(
  kernelName: string,
  run: (call: WasmCall<Inputs, Attrs>) => tf.TensorInfo | tf.TensorInfo[],
): WasmKernel {
  return {
    kernelName,
    create: (stock) => (call) =>
      run({
        inputs: call.inputs as Inputs,
        attrs: (call.attrs ?? {}) as Attrs,
        backend: call.backend as BackendWasm,
        runner: kernelRunner(call.backend),
        stock: () => {
          if (!stock) throw new Error(`${kernelName}: not supported on wasm for these inputs`);
          return stock(call);
        },
      }),
  };
}
