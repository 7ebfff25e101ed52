import type * as tf from '@tensorflow/tfjs-core';
import type { LayerNormAttrs } from '../kernel-names.ts';
import { channelSums } from './channel-sums.ts';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/** `SslLayerNorm`: a thread for each row takes its mean, then its variance; a thread for each element the rest. */
export function layerNorm(
  backend: WebgpuBackend,
  { x, scale, offset }: Readonly<Record<'x' | 'scale' | 'offset', tf.TensorInfo>>,
  { epsilon }: LayerNormAttrs,
): tf.TensorInfo[] {
  const columns = columnsOf(x);
  const perRow = { outputShape: [...x.shape.slice(0, -1), 1], integers: { columns } };
  const mean = runProgram(backend, {
    key: 'layerNormMean',
    inputs: { x },
    ...perRow,
    code: `
      var sum = 0.0;
      for (var c = 0; c < uniforms.columns; c++) { sum += x[index * uniforms.columns + c]; }
      result[index] = sum / f32(uniforms.columns);`,
  });
  const inverse = runProgram(backend, {
    key: 'layerNormInverse',
    inputs: { x, mean },
    ...perRow,
    floats: { epsilon },
    code: `
      var sum = 0.0;
      for (var c = 0; c < uniforms.columns; c++) {
        let centred = x[index * uniforms.columns + c] - mean[index];
        sum += centred * centred;
      }
      result[index] = inverseSqrt(sum / f32(uniforms.columns) + uniforms.epsilon);`,
  });
  const y = runProgram(backend, {
    key: 'layerNorm',
    inputs: { x, mean, inverse, scale, offset },
    outputShape: x.shape,
    integers: { columns },
    code: `
      let row = index / uniforms.columns;
      let c = index % uniforms.columns;
      result[index] = (x[index] - mean[row]) * inverse[row] * scale[c] + offset[c];`,
  });
  return [y, mean, inverse];
}

/** `SslLayerNormGrad`: sums over rows and over columns first, then the gradient by each element. */
export function layerNormGrad(
  backend: WebgpuBackend,
  { dy, x, scale, mean, inverse }: Readonly<Record<'dy' | 'x' | 'scale' | 'mean' | 'inverse', tf.TensorInfo>>,
): tf.TensorInfo[] {
  const columns = columnsOf(x);
  const rows = mean.shape.reduce((product, length) => product * length, 1);
  const sums = channelSums(backend, {
    key: 'layerNormGradSums',
    inputs: { dy, x, mean, inverse },
    rows,
    channels: columns,
    terms: ['dy[at] * (x[at] - mean[row]) * inverse[row]', 'dy[at]'],
  });
  const dScale = runProgram(backend, {
    key: 'layerNormGradScale',
    inputs: { sums },
    outputShape: [columns],
    code: 'result[index] = sums[index];',
  });
  const dOffset = runProgram(backend, {
    key: 'layerNormGradOffset',
    inputs: { sums },
    outputShape: [columns],
    integers: { columns },
    code: 'result[index] = sums[uniforms.columns + index];',
  });
  backend.disposeData(sums.dataId);
  // Of g = dy · scale and z = (x − mean) · inverse: the means of g and of g · z, row by row.
  const means = runProgram(backend, {
    key: 'layerNormGradMeans',
    inputs: { dy, x, scale, mean, inverse },
    outputShape: [rows, 2],
    threads: rows,
    integers: { columns },
    code: `
      var shift = 0.0;
      var tilt = 0.0;
      for (var c = 0; c < uniforms.columns; c++) {
        let at = index * uniforms.columns + c;
        let g = dy[at] * scale[c];
        shift += g;
        tilt += g * (x[at] - mean[index]) * inverse[index];
      }
      result[2 * index] = shift / f32(uniforms.columns);
      result[2 * index + 1] = tilt / f32(uniforms.columns);`,
  });
  const dx = runProgram(backend, {
    key: 'layerNormGrad',
    inputs: { dy, x, scale, mean, inverse, means },
    outputShape: x.shape,
    integers: { columns },
    code: `
      let row = index / uniforms.columns;
      let z = (x[index] - mean[row]) * inverse[row];
      let g = dy[index] * scale[index % uniforms.columns];
      result[index] = inverse[row] * (g - means[2 * row] - z * means[2 * row + 1]);`,
  });
  backend.disposeData(means.dataId);
  return [dx, dScale, dOffset];
}

function columnsOf({ shape }: tf.TensorInfo): number {
  return shape.at(-1) ?? 1;
}
