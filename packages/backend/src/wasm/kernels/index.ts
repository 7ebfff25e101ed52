import { batchNormTraining, batchNormTrainingGrad } from './batch-norm.ts';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput } from './convolution.ts';
import { identity } from './identity.ts';
import { batchMatMul, fusedMatMul } from './mat-mul.ts';
import { maxPoolGrad } from './max-pool-grad.ts';
import { mean, sum } from './reductions.ts';
import { reluGrad } from './relu-grad.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';
import type { WasmKernel } from './wasm-kernel.ts';

/** This package's kernels for `wasm`. */
export const wasmKernels: readonly WasmKernel[] = [
  batchMatMul,
  batchNormTraining,
  batchNormTrainingGrad,
  conv2d,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  fusedMatMul,
  identity,
  maxPoolGrad,
  mean,
  reluGrad,
  sum,
  unsortedSegmentSum,
];
