import type * as tf from '@tensorflow/tfjs-core';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/** Φ(x) as `cumulative`, and e^(−x² / 2) as `bell`, by the polynomial of assembly/gelu.ts. */
const normal = `
  let value = x[index];
  let bell = exp(-0.5 * value * value);
  let t = 1.0 / (1.0 + 0.3 * abs(value));
  var p = 0.03728969767689705;
  p = p * t - 0.16411058604717255;
  p = p * t + 0.21873627603054047;
  p = p * t - 0.06578551977872849;
  p = p * t + 0.13558511435985565;
  p = p * t + 0.09744463860988617;
  p = p * t + 0.12126543372869492;
  p = p * t + 0.11957237869501114;
  p = p * t + 2.5984686544688884e-6;
  let cumulative = select(bell * p, 1.0 - bell * p, value > 0.0);`;

/** `SslGelu` in one pass. */
export function gelu(backend: WebgpuBackend, { x }: { readonly x: tf.TensorInfo }): tf.TensorInfo {
  return runProgram(backend, {
    key: 'gelu',
    inputs: { x },
    outputShape: x.shape,
    code: `${normal}
      result[index] = value * cumulative;`,
  });
}

/** `SslGeluGrad` in one pass. */
export function geluGrad(
  backend: WebgpuBackend,
  { dy, x }: Readonly<Record<'dy' | 'x', tf.TensorInfo>>,
): tf.TensorInfo {
  return runProgram(backend, {
    key: 'geluGrad',
    inputs: { dy, x },
    outputShape: x.shape,
    code: `${normal}
      result[index] = dy[index] * (cumulative + value * bell * 0.3989422804);`,
  });
}
