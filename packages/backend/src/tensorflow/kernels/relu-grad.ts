import type * as tf from '@tensorflow/tfjs-core';
import { SslReluGrad } from '../../kernel-names.ts';
import { attribute, type NativeBackend } from '../native-backend.ts';
import { nativeKernel, type KernelInputs } from './native-kernel.ts';

/** Gradient of ReLU in one pass over memory, where tfjs composes it of three. */
export const reluGrad = nativeKernel<KernelInputs<'dy' | 'y'>, object>(SslReluGrad, (backend, { dy, y }) =>
  maskByResult(backend, dy, y),
);

/** `dy` where `y`, the result of a ReLU, is positive, else 0. */
export function maskByResult(backend: NativeBackend, dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return backend.executeSingleOutput('ReluGrad', [attribute.type(backend, 'T', 'float32')], [dy, y]);
}
