import type * as tf from '@tensorflow/tfjs-core';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/** WGSL of both functions of `v`, each exact where WGSL promises nothing: at NaN, at 0 and below. */
const functions = {
  exp: 'select(exp(v), v, isnan(v))',
  log: 'select(select(log(v), -uniforms.INFINITY, v == 0.0), uniforms.NAN, isnan(v) || v < 0.0)',
} as const;

/**
 * tfjs's own kernel of a function, where NaN stays NaN and the logarithm of 0 is infinite: tfjs leaves that to the
 * adapter, and one of them takes the exponential of NaN for infinite and its logarithm for 89.
 *
 * @param stock the kernel, which keeps what is no float32
 */
export function createKeepNan(name: keyof typeof functions, stock: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    if (x.dtype !== 'float32') return stock(call);
    return runProgram(call.backend as WebgpuBackend, {
      key: name,
      inputs: { x },
      outputShape: x.shape,
      code: `
        let v = x[index];
        result[index] = ${functions[name]};`,
    });
  };
}
