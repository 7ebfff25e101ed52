import * as tf from '@tensorflow/tfjs-core';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** Rows along an axis, by number: tfjs's takes each element on its own. */
export const gather = wasmKernel<{ x: tf.TensorInfo; indices: tf.TensorInfo }, tf.GatherV2Attrs>(
  tf.GatherV2,
  ({ inputs: { x, indices }, attrs: { axis, batchDims }, backend, runner, stock }) => {
    const fourBytes = x.dtype === 'float32' || x.dtype === 'int32';
    if (!fourBytes || batchDims !== 0 || indices.dtype !== 'int32') return stock();
    const [at = 0] = tf.util.parseAxisParam(axis, x.shape);
    const length = x.shape[at] ?? 1;
    for (const id of backend.typedArrayFromHeap(indices)) {
      if (id < 0 || id >= length) {
        throw new Error(`gather: index ${id} is not in [0, ${length - 1}]`);
      }
    }
    const outer = tf.util.sizeFromShape(x.shape.slice(0, at));
    const inner = tf.util.sizeFromShape(x.shape.slice(at + 1));
    const count = tf.util.sizeFromShape(indices.shape);
    const result = backend.makeOutput(
      [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)],
      x.dtype,
    );
    const items = outer * count;
    if (items * inner === 0) return result;
    runner.run('gatherRows', items, Math.max(1, Math.min(16, items, Math.floor((items * inner) / 16_384))), {
      x: addressOf(backend, x),
      ids: addressOf(backend, indices),
      out: addressOf(backend, result),
      count,
      length,
      rowBytes: inner * 4,
    });
    return result;
  },
);
