import * as tf from '@tensorflow/tfjs-core';
import { SslGelu, SslGeluGrad } from '../kernel-names.ts';
import { runKernel } from './run-kernel.ts';

/**
 * The Gaussian error linear unit (Hendrycks & Gimpel, 2016) in its exact form, `torch.nn.functional.gelu`:
 * `x · Φ(x) = x / 2 · (1 + erf(x / √2))`.
 *
 * Differentiable. On `wasm` and `webgpu` it is one pass, and its gradient another; elsewhere it is composed of
 * TensorFlow.js's ops.
 *
 * @param x float32 of any shape
 * @returns a tensor of the shape of `x`
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return runKernel(SslGelu, { x }, {}, composedGelu)[0] as T;
}

/** The gradient of the kernel, for `registerTrainingGradients`. */
export const geluGradient: tf.GradConfig = {
  kernelName: SslGelu,
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    if (!x || Array.isArray(dy)) throw new Error('gelu: its gradient needs the input of the forward pass');
    return { x: () => runKernel(SslGeluGrad, { dy, x }, {}, composedGeluGrad)[0] as tf.Tensor };
  },
};

function composedGelu(inputs: tf.NamedTensorMap): tf.Tensor[] {
  const { x } = inputs as Record<'x', tf.Tensor>;
  return [tf.mul(x, cumulative(x))];
}

function composedGeluGrad(inputs: tf.NamedTensorMap): tf.Tensor[] {
  const { dy, x } = inputs as Record<'dy' | 'x', tf.Tensor>;
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return [tf.mul(dy, tf.add(cumulative(x), tf.mul(x, density)))];
}

/** Φ, the cumulative distribution function of the normal distribution. */
function cumulative(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
