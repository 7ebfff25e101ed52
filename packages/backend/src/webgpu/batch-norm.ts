import type * as tf from '@tensorflow/tfjs-core';
import type { BatchNormAttrs } from '../kernel-names.ts';
import { channelSums } from './channel-sums.ts';
import { reluGrad } from './relu-grad.ts';
import { runProgram, type WebgpuBackend } from './run-program.ts';

type NormaliseInputs = Readonly<Record<'x' | 'mean' | 'variance' | 'scale' | 'offset', tf.TensorInfo>> & {
  readonly residual?: tf.TensorInfo;
};

/** `SslBatchNormTraining`: two passes over `x`. */
export function batchNormTraining(
  backend: WebgpuBackend,
  inputs: Omit<NormaliseInputs, 'mean' | 'variance'>,
  attrs: BatchNormAttrs,
): tf.TensorInfo[] {
  const { x } = inputs;
  const { rows, channels } = rowsOf(x);
  // Less the first row: what is added up is small, and the variance no difference of large numbers.
  const sums = channelSums(backend, {
    key: 'moments',
    inputs: { x },
    rows,
    channels,
    terms: ['x[at] - x[c]', '(x[at] - x[c]) * (x[at] - x[c])'],
  });
  const perChannel = { outputShape: [channels], integers: { rows, channels } };
  const mean = runProgram(backend, {
    key: 'mean',
    inputs: { sums, x },
    ...perChannel,
    code: 'result[index] = x[index] + sums[index] / f32(uniforms.rows);',
  });
  const variance = runProgram(backend, {
    key: 'variance',
    inputs: { sums },
    ...perChannel,
    code: `
      let shift = sums[index] / f32(uniforms.rows);
      let square = sums[uniforms.channels + index] / f32(uniforms.rows);
      let difference = square - shift * shift;
      result[index] = select(difference, 0.0, difference < 0.0);`,
  });

  backend.disposeData(sums.dataId);
  const y = normalise(backend, { ...inputs, mean, variance }, attrs);
  return [y, mean, variance];
}

/** `SslBatchNormInference`, in one pass. */
export function batchNormInference(
  backend: WebgpuBackend,
  inputs: NormaliseInputs,
  attrs: BatchNormAttrs,
): tf.TensorInfo[] {
  return [normalise(backend, inputs, attrs)];
}

/** `SslBatchNormTrainingGrad`: two passes over `dy` and `x`. */
export function batchNormTrainingGrad(
  backend: WebgpuBackend,
  inputs: Readonly<Record<'dy' | 'x' | 'scale' | 'mean' | 'variance', tf.TensorInfo>> & {
    readonly y?: tf.TensorInfo;
  },
  { epsilon }: BatchNormAttrs,
): tf.TensorInfo[] {
  const { dy, x, scale, mean, variance, y } = inputs;
  const { rows, channels } = rowsOf(x);
  const dSum = y ? reluGrad(backend, { dy, y }) : dy;
  const sums = channelSums(backend, {
    key: 'batchNormGradSums',
    inputs: { dSum, x, mean },
    rows,
    channels,
    terms: ['dSum[at]', 'dSum[at] * (x[at] - mean[c])'],
  });
  const dOffset = runProgram(backend, {
    key: 'dOffset',
    inputs: { sums },
    outputShape: [channels],
    code: 'result[index] = sums[index];',
  });
  const dScale = runProgram(backend, {
    key: 'dScale',
    inputs: { sums, variance },
    outputShape: [channels],
    integers: { channels },
    floats: { epsilon },
    code: 'result[index] = sums[uniforms.channels + index] * inverseSqrt(variance[index] + uniforms.epsilon);',
  });

  backend.disposeData(sums.dataId);
  const dx = runProgram(backend, {
    key: 'batchNormGrad',
    inputs: { dSum, x, mean, variance, scale, dOffset, dScale },
    outputShape: x.shape,
    integers: { rows, channels },
    floats: { epsilon },
    code: `
      let c = index % uniforms.channels;
      let inverse = inverseSqrt(variance[c] + uniforms.epsilon);
      let standardised = (x[index] - mean[c]) * inverse;
      let centred = dSum[index] - (dOffset[c] + standardised * dScale[c]) / f32(uniforms.rows);
      result[index] = centred * inverse * scale[c];`,
  });
  return [dx, dScale, dOffset, ...(y ? [dSum] : [])];
}

function normalise(
  backend: WebgpuBackend,
  { x, mean, variance, scale, offset, residual }: NormaliseInputs,
  { epsilon, activation }: BatchNormAttrs,
): tf.TensorInfo {
  const relu = activation === 'relu';
  return runProgram(backend, {
    key: `normalise_${relu ? 'relu' : ''}`,
    inputs: { x, mean, variance, scale, offset, ...(residual && { residual }) },
    outputShape: x.shape,
    integers: { channels: rowsOf(x).channels },
    floats: { epsilon },
    code: `
      let c = index % uniforms.channels;
      let factor = inverseSqrt(variance[c] + uniforms.epsilon) * scale[c];
      let sum = (x[index] - mean[c]) * factor + offset[c]${residual ? ' + residual[index]' : ''};
      result[index] = ${relu ? 'select(sum, 0.0, sum < 0.0)' : 'sum'};`,
  });
}

function rowsOf({ shape }: tf.TensorInfo): { rows: number; channels: number } {
  const channels = shape.at(-1) ?? 1;
  return { rows: shape.slice(0, -1).reduce((product, length) => product * length, 1), channels };
}
