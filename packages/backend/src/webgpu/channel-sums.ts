import type * as tf from '@tensorflow/tfjs-core';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/** Threads that keep a graphics processor busy. */
const busyThreads = 16_384;

/** Rows that one thread adds up in the passes after the first. */
const fanIn = 32;

/** Two sums over all rows of `[rows, channels]`, for each channel. */
export interface ChannelSums {
  readonly key: string;
  /** Tensors by the names that the terms have for them. */
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly rows: number;
  readonly channels: number;
  /** WGSL of the terms of both sums: of the element `at`, which is of channel `c`. */
  readonly terms: readonly [string, string];
}

/**
 * Adds up in as few passes as keep all threads busy. How terms are grouped follows from the shape alone: the same
 * numbers on every run.
 *
 * @returns `[2, channels]`, for the caller to dispose
 */
export function channelSums(backend: WebgpuBackend, sums: ChannelSums): tf.TensorInfo {
  const { key, inputs, rows, channels, terms } = sums;
  const perChunk = Math.max(1, Math.ceil((rows * channels) / busyThreads));
  let chunks = Math.ceil(rows / perChunk);
  let partial = runProgram(backend, {
    key,
    inputs,
    outputShape: [chunks, 2, channels],
    threads: chunks * channels,
    integers: { rows, channels, perChunk },
    code: `
      let c = index % uniforms.channels;
      let chunk = index / uniforms.channels;
      var first = 0.0;
      var second = 0.0;
      let end = min((chunk + 1) * uniforms.perChunk, uniforms.rows);
      for (var row = chunk * uniforms.perChunk; row < end; row++) {
        let at = row * uniforms.channels + c;
        first += ${terms[0]};
        second += ${terms[1]};
      }
      result[chunk * 2 * uniforms.channels + c] = first;
      result[(chunk * 2 + 1) * uniforms.channels + c] = second;`,
  });
  while (chunks > 1) {
    const before = partial;
    partial = runProgram(backend, {
      key: 'addRows',
      inputs: { parts: before },
      outputShape: [Math.ceil(chunks / fanIn), 2, channels],
      integers: { rows: chunks, columns: 2 * channels, perChunk: fanIn },
      code: `
        let column = index % uniforms.columns;
        let chunk = index / uniforms.columns;
        var sum = 0.0;
        let end = min((chunk + 1) * uniforms.perChunk, uniforms.rows);
        for (var row = chunk * uniforms.perChunk; row < end; row++) {
          sum += parts[row * uniforms.columns + column];
        }
        result[index] = sum;`,
    });
    backend.disposeData(before.dataId);
    chunks = Math.ceil(chunks / fanIn);
  }
  return { ...partial, shape: [2, channels] };
}
