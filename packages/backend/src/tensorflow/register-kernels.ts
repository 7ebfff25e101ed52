import * as tf from '@tensorflow/tfjs-core';
import { batchNormInference, batchNormTraining, batchNormTrainingGrad } from './kernels/batch-norm.ts';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput, fusedConv2d } from './kernels/convolution.ts';
import {
  depthwiseConv2d,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
} from './kernels/depthwise-convolution.ts';
import type { NativeKernel } from './kernels/native-kernel.ts';
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from './kernels/pooling.ts';
import { reluGrad } from './kernels/relu-grad.ts';
import { argMax, argMin, exp, prelu } from './kernels/unchained.ts';
import type { NativeBackend } from './native-backend.ts';

/** Kernels of our own for native TensorFlow: those that tfjs-node gets wrong or refuses, and the fused ones. */
export const nativeKernels: readonly NativeKernel[] = [
  batchNormInference,
  batchNormTraining,
  batchNormTrainingGrad,
  reluGrad,
  conv2d,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  fusedConv2d,
  depthwiseConv2d,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  maxPool,
  maxPoolGrad,
  avgPool,
  avgPoolGrad,
  exp,
  prelu,
  argMax,
  argMin,
];

/** Registers {@link nativeKernels} for the backend `tensorflow`, in place of those of the same name. */
export function registerTensorflowKernels(): void {
  for (const { kernelName, run } of nativeKernels) {
    if (tf.getKernel(kernelName, 'tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, backend, attrs }) => run(backend as NativeBackend, inputs, attrs ?? {}),
    });
  }
}
