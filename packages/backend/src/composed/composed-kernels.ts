import type * as tf from '@tensorflow/tfjs-core';
import { composedBatchMatMul, composedFusedMatMul } from './transposed-matmul.ts';
import { composedConv2DBackpropFilter, composedConv2DBackpropInput } from './conv2d-backprop.ts';
import { unsortedSegmentSum } from '../wasm/unsorted-segment-sum.ts';

/** A kernel for `wasm` that may build on the one of the same name that tfjs has. */
export interface WasmKernel {
  readonly kernelName: string;
  readonly create: (stock: tf.KernelFunc | undefined) => tf.KernelFunc;
}

/** Kernels for `wasm` made of stock ops that are fast there. */
export const composedKernels: readonly WasmKernel[] = [
  composedConv2DBackpropFilter,
  composedConv2DBackpropInput,
  composedBatchMatMul,
  composedFusedMatMul,
  unsortedSegmentSum,
];
