import * as tf from '@tensorflow/tfjs-core';
import { SslGelu, SslGeluGrad } from '../../kernel-names.ts';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** GELU in one pass. */
export const gelu = wasmKernel<{ x: tf.TensorInfo }>(SslGelu, ({ inputs: { x }, backend, runner }) => {
  const y = backend.makeOutput(x.shape, 'float32');
  const size = tf.util.sizeFromShape(x.shape);
  runner.run('gelu', size, chunksOf(size), { x: addressOf(backend, x), y: addressOf(backend, y) });
  return y;
});

/** Gradient of {@link gelu} in one pass. */
export const geluGrad = wasmKernel<{ dy: tf.TensorInfo; x: tf.TensorInfo }>(
  SslGeluGrad,
  ({ inputs: { dy, x }, backend, runner }) => {
    const dx = backend.makeOutput(x.shape, 'float32');
    const size = tf.util.sizeFromShape(x.shape);
    runner.run('geluGradient', size, chunksOf(size), {
      dy: addressOf(backend, dy),
      x: addressOf(backend, x),
      dx: addressOf(backend, dx),
    });
    return dx;
  },
);

function chunksOf(size: number): number {
  return Math.max(1, Math.min(16, Math.floor(size / 4096)));
}
