import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { WasmKernel } from './wasm-kernel.ts';

/** Sums of rows by segment, the gradient of `gather`; rows of a negative segment are left out. */
export const unsortedSegmentSum: WasmKernel = {
  kernelName: tf.UnsortedSegmentSum,
  create:
    () =>
    ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as unknown as Record<'x' | 'segmentIds', tf.TensorInfo>;
      const { numSegments } = attrs as unknown as { numSegments: number };
      if (x.dtype !== 'float32' && x.dtype !== 'int32') {
        throw new Error(`unsortedSegmentSum: x must be float32 or int32, got ${x.dtype}`);
      }
      const wasm = backend as BackendWasm;
      const shape = [numSegments, ...x.shape.slice(1)];
      const result = wasm.makeOutput(shape, x.dtype);
      const sums = wasm.typedArrayFromHeap(result).fill(0);
      const rows = wasm.typedArrayFromHeap(x);
      const width = tf.util.sizeFromShape(x.shape.slice(1));
      wasm.typedArrayFromHeap(segmentIds).forEach((segment, row) => {
        if (segment < 0) return;
        if (segment >= numSegments) {
          throw new Error(
            `unsortedSegmentSum: segment ${segment} of row ${row} is not below numSegments ${numSegments}`,
          );
        }
        for (let column = 0; column < width; column += 1) {
          const place = segment * width + column;
          sums[place] = (sums[place] ?? 0) + (rows[row * width + column] ?? 0);
        }
      });
      return result;
    },
};
