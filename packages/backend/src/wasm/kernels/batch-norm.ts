import * as tf from '@tensorflow/tfjs-core';
import {
  SslBatchNormInference,
  SslBatchNormTraining,
  SslBatchNormTrainingGrad,
  type BatchNormAttrs,
} from '../../kernel-names.ts';
import { addressOf, type KernelRunner } from '../kernel-runner.ts';
import { wasmKernel, type WasmCall } from './wasm-kernel.ts';

/** What is normalised, and by which scale and offset. */
interface Normalised {
  x: tf.TensorInfo;
  scale: tf.TensorInfo;
  offset: tf.TensorInfo;
  residual?: tf.TensorInfo;
}

/** Batch normalisation in two passes over `x`; statistics are merged in float64. */
export const batchNormTraining = wasmKernel<Normalised, BatchNormAttrs>(SslBatchNormTraining, (call) => {
  const { inputs, backend, runner } = call;
  const { x } = inputs;
  const { rows, channels, chunks } = rowsOf(x);
  const y = backend.makeOutput(x.shape, 'float32');
  const mean = backend.makeOutput([channels], 'float32');
  const variance = backend.makeOutput([channels], 'float32');
  const { moments, coefficients } = tables(runner, chunks, channels);
  runner.run('channelMoments', rows, chunks, {
    x: addressOf(backend, x),
    channels,
    mean: moments,
    m2: moments + chunks * channels * 8,
  });
  const merged = mergeMoments(runner, moments, rows, chunks, channels);
  backend.typedArrayFromHeap(mean).set(merged.mean);
  backend.typedArrayFromHeap(variance).set(merged.variance);
  normalise(call, y, coefficients, merged);
  return [y, mean, variance];
});

/** Batch normalisation by given statistics, in one pass. */
export const batchNormInference = wasmKernel<
  Normalised & { mean: tf.TensorInfo; variance: tf.TensorInfo },
  BatchNormAttrs
>(SslBatchNormInference, (call) => {
  const { inputs, backend, runner } = call;
  const y = backend.makeOutput(inputs.x.shape, 'float32');
  const coefficients = runner.workspace(2 * rowsOf(inputs.x).channels * 4);
  normalise(call, y, coefficients, {
    mean: backend.typedArrayFromHeap(inputs.mean),
    variance: backend.typedArrayFromHeap(inputs.variance),
  });
  return y;
});

/** Writes `y`; `coefficients` is the address of room for two floats a channel. */
function normalise(
  { inputs, attrs, backend, runner }: WasmCall<Normalised, BatchNormAttrs>,
  y: tf.TensorInfo,
  coefficients: number,
  { mean, variance }: Record<'mean' | 'variance', ArrayLike<number>>,
): void {
  const { x, scale, offset, residual } = inputs;
  const { rows, channels, chunks } = rowsOf(x);
  const scales = backend.typedArrayFromHeap(scale);
  const offsets = backend.typedArrayFromHeap(offset);
  const factors = runner.floats(coefficients, 2 * channels);
  for (let c = 0; c < channels; c += 1) {
    const factor = (scales[c] ?? 0) / Math.sqrt((variance[c] ?? 0) + attrs.epsilon);
    factors[c] = factor;
    factors[channels + c] = (offsets[c] ?? 0) - (mean[c] ?? 0) * factor;
  }
  runner.run('scaleShift', rows, chunks, {
    x: addressOf(backend, x),
    residual: residual ? addressOf(backend, residual) : 0,
    y: addressOf(backend, y),
    channels,
    scale: coefficients,
    shift: coefficients + channels * 4,
    relu: attrs.activation === 'relu',
  });
}

/** Gradient of {@link batchNormTraining}, in two passes over `dy` and `x`. */
export const batchNormTrainingGrad = wasmKernel<
  {
    dy: tf.TensorInfo;
    x: tf.TensorInfo;
    scale: tf.TensorInfo;
    mean: tf.TensorInfo;
    variance: tf.TensorInfo;
    y?: tf.TensorInfo;
  },
  BatchNormAttrs & { residual?: boolean }
>(SslBatchNormTrainingGrad, ({ inputs, attrs, backend, runner }) => {
  const { dy, x, scale, mean, variance, y } = inputs;
  const { rows, channels, chunks } = rowsOf(x);
  const dx = backend.makeOutput(x.shape, 'float32');
  const dScale = backend.makeOutput([channels], 'float32');
  const dOffset = backend.makeOutput([channels], 'float32');
  const dResidual = y && attrs.residual !== false ? backend.makeOutput(x.shape, 'float32') : undefined;
  const { moments, coefficients } = tables(runner, chunks, channels);
  const result = y ? addressOf(backend, y) : 0;
  runner.run('batchNormGradientSums', rows, chunks, {
    dy: addressOf(backend, dy),
    y: result,
    x: addressOf(backend, x),
    channels,
    mean: addressOf(backend, mean),
    sums: moments,
    products: moments + chunks * channels * 8,
  });
  const sums = addChunks(runner.doubles(moments, chunks * channels), channels);
  const products = addChunks(runner.doubles(moments + chunks * channels * 8, chunks * channels), channels);
  const scales = backend.typedArrayFromHeap(scale);
  const means = backend.typedArrayFromHeap(mean);
  const variances = backend.typedArrayFromHeap(variance);
  const dScales = backend.typedArrayFromHeap(dScale);
  const dOffsets = backend.typedArrayFromHeap(dOffset);
  const factors = runner.floats(coefficients, 3 * channels);
  for (let c = 0; c < channels; c += 1) {
    const inverse = 1 / Math.sqrt((variances[c] ?? 0) + attrs.epsilon);
    const sum = sums[c] ?? 0;
    const product = products[c] ?? 0;
    dOffsets[c] = sum;
    dScales[c] = product * inverse;
    // dx = scale / σ · (dz − Σdz / n − (x − mean) · Σ(dz · (x − mean)) / (n σ²)), as a · dz + b · x + c
    const a = (scales[c] ?? 0) * inverse;
    const b = (-a * inverse * inverse * product) / rows;
    factors[c] = a;
    factors[channels + c] = b;
    factors[2 * channels + c] = (-a * sum) / rows - b * (means[c] ?? 0);
  }
  runner.run('batchNormGradientApply', rows, chunks, {
    dy: addressOf(backend, dy),
    y: result,
    x: addressOf(backend, x),
    dx: addressOf(backend, dx),
    dResidual: dResidual ? addressOf(backend, dResidual) : 0,
    channels,
    a: coefficients,
    b: coefficients + channels * 4,
    c: coefficients + channels * 8,
  });
  return [dx, dScale, dOffset, ...(dResidual ? [dResidual] : [])];
});

function rowsOf(x: tf.TensorInfo): { rows: number; channels: number; chunks: number } {
  const channels = x.shape.at(-1) ?? 1;
  const rows = tf.util.sizeFromShape(x.shape) / channels;
  // About 64 KiB a chunk at least: less is not worth another thread.
  const chunks = Math.max(1, Math.min(16, Math.floor((rows * channels) / 16384)));
  return { rows, channels, chunks };
}

function tables(
  runner: KernelRunner,
  chunks: number,
  channels: number,
): { moments: number; coefficients: number } {
  const bytes = 2 * chunks * channels * 8;
  const moments = runner.workspace(bytes + 3 * channels * 4);
  return { moments, coefficients: moments + bytes };
}

/** Merges each chunk's mean and sum of squared deviations (Chan et al., 1979). */
function mergeMoments(
  runner: KernelRunner,
  moments: number,
  rows: number,
  chunks: number,
  channels: number,
): { mean: Float64Array; variance: Float64Array } {
  const means = runner.doubles(moments, chunks * channels);
  const squares = runner.doubles(moments + chunks * channels * 8, chunks * channels);
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  let before = 0;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const count = Math.floor((rows * (chunk + 1)) / chunks) - before;
    const share = count / (before + count);
    for (let c = 0; c < channels; c += 1) {
      const delta = (means[chunk * channels + c] ?? 0) - (mean[c] ?? 0);
      mean[c] = (mean[c] ?? 0) + delta * share;
      variance[c] =
        (variance[c] ?? 0) + (squares[chunk * channels + c] ?? 0) + delta * delta * before * share;
    }
    before += count;
  }
  return { mean, variance: variance.map((sum) => sum / rows) };
}

function addChunks(partials: Float64Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (const [index, value] of partials.entries()) {
    const channel = index % channels;
    sums[channel] = (sums[channel] ?? 0) + value;
  }
  return sums;
}
