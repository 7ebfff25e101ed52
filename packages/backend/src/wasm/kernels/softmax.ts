import * as tf from '@tensorflow/tfjs-core';
import { SslSoftmaxGrad } from '../../kernel-names.ts';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** Softmax over the last axis, on all threads. */
export const softmax = wasmKernel<{ logits: tf.TensorInfo }>(
  tf.Softmax,
  ({ inputs: { logits }, backend, runner }) => {
    const y = backend.makeOutput(logits.shape, 'float32');
    const { rows, columns, chunks } = rowsOf(logits);
    if (rows * columns > 0) {
      runner.run('softmax', rows, chunks, {
        x: addressOf(backend, logits),
        y: addressOf(backend, y),
        columns,
      });
    }
    return y;
  },
);

/** Gradient of {@link softmax} in one pass. */
export const softmaxGrad = wasmKernel<{ dy: tf.TensorInfo; y: tf.TensorInfo }>(
  SslSoftmaxGrad,
  ({ inputs: { dy, y }, backend, runner }) => {
    const dx = backend.makeOutput(y.shape, 'float32');
    const { rows, columns, chunks } = rowsOf(y);
    if (rows * columns > 0) {
      runner.run('softmaxGradient', rows, chunks, {
        dy: addressOf(backend, dy),
        y: addressOf(backend, y),
        dx: addressOf(backend, dx),
        columns,
      });
    }
    return dx;
  },
);

function rowsOf({ shape }: tf.TensorInfo): { rows: number; columns: number; chunks: number } {
  const columns = shape.at(-1) ?? 1;
  const rows = tf.util.sizeFromShape(shape.slice(0, -1));
  return { rows, columns, chunks: Math.max(1, Math.min(16, rows, Math.floor((rows * columns) / 8192))) };
}
