import { batchNormInference, batchNormTraining, batchNormTrainingGrad } from './batch-norm.ts';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput } from './convolution.ts';
import { slice, splitV, transpose } from './copies.ts';
import { depthwiseConv2dBackpropFilter, depthwiseConv2dBackpropInput } from './depthwise-convolution.ts';
import { gather } from './gather.ts';
import { gelu, geluGrad } from './gelu.ts';
import { identity } from './identity.ts';
import { layerNorm, layerNormGrad } from './layer-norm.ts';
import { batchMatMul, fusedMatMul } from './mat-mul.ts';
import { adamUpdate, momentumUpdate } from './optimizer-updates.ts';
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from './pooling.ts';
import { mean, sum } from './reductions.ts';
import { reluGrad } from './relu-grad.ts';
import { resizeBilinearGrad, resizeNearestNeighborGrad } from './resize-gradients.ts';
import { softmax, softmaxGrad } from './softmax.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';
import type { WasmKernel } from './wasm-kernel.ts';

/** This package's kernels for `wasm`. */
export const wasmKernels: readonly WasmKernel[] = [
  adamUpdate,
  avgPool,
  avgPoolGrad,
  batchMatMul,
  batchNormInference,
  batchNormTraining,
  batchNormTrainingGrad,
  conv2d,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  fusedMatMul,
  gather,
  gelu,
  geluGrad,
  identity,
  layerNorm,
  layerNormGrad,
  maxPool,
  maxPoolGrad,
  mean,
  momentumUpdate,
  reluGrad,
  resizeBilinearGrad,
  resizeNearestNeighborGrad,
  slice,
  softmax,
  softmaxGrad,
  splitV,
  sum,
  transpose,
  unsortedSegmentSum,
];
