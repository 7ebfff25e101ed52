import * as tf from '@tensorflow/tfjs-core';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** Columns of one item of the kernel (assembly/segments.ts). */
const block = 16;

/** Sums of rows by segment, the gradient of `gather`; rows of a negative segment are left out. */
export const unsortedSegmentSum = wasmKernel<
  { x: tf.TensorInfo; segmentIds: tf.TensorInfo },
  tf.UnsortedSegmentSumAttrs
>(tf.UnsortedSegmentSum, ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend, runner }) => {
  if (x.dtype !== 'float32' && x.dtype !== 'int32') {
    throw new Error(`unsortedSegmentSum: x must be float32 or int32, got ${x.dtype}`);
  }
  backend.typedArrayFromHeap(segmentIds).forEach((segment, row) => {
    if (segment < numSegments) return;
    throw new Error(
      `unsortedSegmentSum: segment ${segment} of row ${row} is not below numSegments ${numSegments}`,
    );
  });
  const result = backend.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
  const rows = tf.util.sizeFromShape(segmentIds.shape);
  const columns = tf.util.sizeFromShape(x.shape.slice(1));
  if (x.dtype === 'float32') {
    const items = Math.ceil(columns / block);
    runner.run('segmentSum', items, Math.max(1, Math.min(items, 16, Math.floor((rows * columns) / 16_384))), {
      x: addressOf(backend, x),
      ids: addressOf(backend, segmentIds),
      out: addressOf(backend, result),
      rows,
      columns,
      segments: numSegments,
    });
    return result;
  }
  const sums = backend.typedArrayFromHeap(result).fill(0);
  const values = backend.typedArrayFromHeap(x);
  backend.typedArrayFromHeap(segmentIds).forEach((segment, row) => {
    if (segment < 0) return;
    for (let column = 0; column < columns; column += 1) {
      const place = segment * columns + column;
      sums[place] = (sums[place] ?? 0) + (values[row * columns + column] ?? 0);
    }
  });
  return result;
});
