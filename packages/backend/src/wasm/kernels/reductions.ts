import * as tf from '@tensorflow/tfjs-core';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel, type WasmCall } from './wasm-kernel.ts';

/** Columns of one item of the kernel (assembly/sums.ts). */
const blockColumns = 16;

interface ReductionAttrs {
  readonly axis: number | number[];
  readonly keepDims?: boolean;
}

/** Sum over neighbouring axes that are not the last ones: tfjs's transposes the whole tensor first. */
export const sum = wasmKernel<{ x: tf.TensorInfo }, ReductionAttrs>(tf.Sum, (call) => reduce(call, () => 1));

/** Mean over neighbouring axes that are not the last ones. */
export const mean = wasmKernel<{ x: tf.TensorInfo }, ReductionAttrs>(tf.Mean, (call) =>
  reduce(call, (count) => 1 / count),
);

function reduce(
  {
    inputs: { x },
    attrs: { axis, keepDims },
    backend,
    runner,
    stock,
  }: WasmCall<{ x: tf.TensorInfo }, ReductionAttrs>,
  factor: (count: number) => number,
): tf.TensorInfo | tf.TensorInfo[] {
  const axes = [...tf.util.parseAxisParam(axis, x.shape)].sort((a, b) => a - b);
  const [first = 0] = axes;
  const last = first + axes.length - 1;
  const size = tf.util.sizeFromShape;
  const inner = size(x.shape.slice(last + 1));
  const neighbours = axes.length > 0 && axes.at(-1) === last;
  if (x.dtype !== 'float32' || !neighbours || inner === 1 || size(x.shape) === 0) return stock();
  const outer = size(x.shape.slice(0, first));
  const rows = size(x.shape.slice(first, last + 1));
  const shape = x.shape.flatMap((length, index) => {
    if (index < first || index > last) return [length];
    return keepDims ? [1] : [];
  });
  const result = backend.makeOutput(shape, 'float32');
  const blocks = Math.ceil(inner / blockColumns);
  const items = outer * blocks;
  const chunks = Math.max(1, Math.min(16, items, Math.floor((outer * rows * inner) / 16384)));
  runner.run('sumMiddle', items, chunks, {
    x: addressOf(backend, x),
    out: addressOf(backend, result),
    rows,
    inner,
    blocks,
    factor: factor(rows),
  });
  return result;
}
