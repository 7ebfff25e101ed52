import type * as tf from '@tensorflow/tfjs-core';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/**
 * `Softmax`, over the last axis, in a pass over rows and one over elements. A row that has NaN or its largest number
 * infinite is NaN throughout, as elsewhere; tfjs's own kernel hides the one by `max` and loses the other.
 */
export function softmax(
  backend: WebgpuBackend,
  { logits }: Readonly<Record<'logits', tf.TensorInfo>>,
): tf.TensorInfo {
  const columns = logits.shape.at(-1) ?? 1;
  const rows = logits.shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const statistics = runProgram(backend, {
    key: 'softmaxRows',
    inputs: { logits },
    outputShape: [rows, 2],
    threads: rows,
    integers: { columns },
    code: `
      let start = index * uniforms.columns;
      let end = start + uniforms.columns;
      var largest = logits[start];
      var lost = false;
      for (var at = start; at < end; at++) {
        largest = max(largest, logits[at]);
        lost = lost || isnan(logits[at]);
      }
      var sum = 0.0;
      for (var at = start; at < end; at++) {
        sum += exp(logits[at] - largest);
      }
      result[index * 2] = largest;
      result[index * 2 + 1] = select(sum, uniforms.NAN, lost || isinf(largest));`,
  });
  const result = runProgram(backend, {
    key: 'softmax',
    inputs: { logits, statistics },
    outputShape: logits.shape,
    integers: { columns },
    code: `
      let row = index / uniforms.columns * 2;
      let sum = statistics[row + 1];
      result[index] = select(exp(logits[index] - statistics[row]) / sum, uniforms.NAN, isnan(sum));`,
  });
  backend.disposeData(statistics.dataId);
  return result;
}
