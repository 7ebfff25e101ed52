import * as tf from '@tensorflow/tfjs-core';
import { SslReluGrad } from '../../kernel-names.ts';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** Gradient of ReLU in one pass. */
export const reluGrad = wasmKernel<{ dy: tf.TensorInfo; y: tf.TensorInfo }>(
  SslReluGrad,
  ({ inputs: { dy, y }, backend, runner }) => {
    const result = backend.makeOutput(dy.shape, 'float32');
    const size = tf.util.sizeFromShape(dy.shape);
    runner.run('reluGradient', size, Math.max(1, Math.min(16, Math.floor(size / 16384))), {
      dy: addressOf(backend, dy),
      y: addressOf(backend, y),
      out: addressOf(backend, result),
    });
    return result;
  },
);
