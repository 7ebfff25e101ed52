import type * as tf from '@tensorflow/tfjs-core';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/** `SslReluGrad`, in one pass. */
export function reluGrad(
  backend: WebgpuBackend,
  { dy, y }: Readonly<Record<'dy' | 'y', tf.TensorInfo>>,
): tf.TensorInfo {
  return runProgram(backend, {
    key: 'reluGrad',
    inputs: { dy, y },
    outputShape: dy.shape,
    code: 'result[index] = select(0.0, dy[index], y[index] > 0.0);',
  });
}
