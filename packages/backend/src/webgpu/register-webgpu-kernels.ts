import * as tf from '@tensorflow/tfjs-core';
import {
  SslBatchNormTraining,
  SslBatchNormTrainingGrad,
  SslReluGrad,
  type BatchNormTrainingAttrs,
} from '../kernel-names.ts';
import { batchNormTraining, batchNormTrainingGrad } from './batch-norm.ts';
import { reluGrad } from './relu-grad.ts';
import type { WebgpuBackend } from './run-program.ts';

type Kernel<Inputs> = (
  backend: WebgpuBackend,
  inputs: Inputs,
  attrs: BatchNormTrainingAttrs,
) => tf.TensorInfo | tf.TensorInfo[];

/** Registers this package's kernels for the backend `webgpu`. Calling it again changes nothing. */
export function registerWebgpuKernels(): void {
  register(SslBatchNormTraining, batchNormTraining);
  register(SslBatchNormTrainingGrad, batchNormTrainingGrad);
  register(SslReluGrad, reluGrad);
}

function register<Inputs>(kernelName: string, kernel: Kernel<Inputs>): void {
  if (tf.getKernel(kernelName, 'webgpu')) return;
  tf.registerKernel({
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel(backend as WebgpuBackend, inputs as Inputs, attrs as unknown as BatchNormTrainingAttrs),
  });
}
