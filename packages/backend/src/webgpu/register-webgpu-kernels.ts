import * as tf from '@tensorflow/tfjs-core';
import {
  SslBatchNormInference,
  SslBatchNormTraining,
  SslBatchNormTrainingGrad,
  SslGelu,
  SslGeluGrad,
  SslLayerNorm,
  SslLayerNormGrad,
  SslReluGrad,
} from '../kernel-names.ts';
import { batchNormInference, batchNormTraining, batchNormTrainingGrad } from './batch-norm.ts';
import { createGatherNd } from './gather-nd.ts';
import { gelu, geluGrad } from './gelu.ts';
import { createKeepNan } from './keep-nan.ts';
import { layerNorm, layerNormGrad } from './layer-norm.ts';
import { avgPoolGrad, maxPoolGrad } from './pool-grad.ts';
import { reluGrad } from './relu-grad.ts';
import type { WebgpuBackend } from './run-program.ts';
import { softmax } from './softmax.ts';

let registered = false;

/**
 * Registers this package's kernels for the backend `webgpu`, whose own kernels must have been loaded: some of them
 * are replaced, as they lose what is not finite, or leak. Calling it again changes nothing.
 */
export function registerWebgpuKernels(): void {
  if (registered) return;
  registered = true;
  register(SslBatchNormTraining, batchNormTraining);
  register(SslBatchNormTrainingGrad, batchNormTrainingGrad);
  register(SslBatchNormInference, batchNormInference);
  register(SslLayerNorm, layerNorm);
  register(SslLayerNormGrad, layerNormGrad);
  register(SslGelu, gelu);
  register(SslGeluGrad, geluGrad);
  register(SslReluGrad, reluGrad);
  register(tf.Softmax, softmax);
  register(tf.MaxPoolGrad, maxPoolGrad);
  register(tf.AvgPoolGrad, avgPoolGrad);
  amend(tf.Exp, (stock) => createKeepNan('exp', stock));
  amend(tf.Log, (stock) => createKeepNan('log', stock));
  amend(tf.GatherNd, createGatherNd);
}

function register<Inputs, Attrs>(
  kernelName: string,
  kernel: (backend: WebgpuBackend, inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[],
): void {
  replace(kernelName, ({ inputs, attrs, backend }) =>
    kernel(backend as WebgpuBackend, inputs as Inputs, attrs as Attrs),
  );
}

/** Puts a kernel that makes use of tfjs's own in its place. */
function amend(kernelName: string, create: (stock: tf.KernelFunc) => tf.KernelFunc): void {
  const stock = tf.getKernel(kernelName, 'webgpu');
  replace(kernelName, create(stock.kernelFunc));
}

function replace(kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernel(kernelName, 'webgpu')) tf.unregisterKernel(kernelName, 'webgpu');
  tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc });
}
