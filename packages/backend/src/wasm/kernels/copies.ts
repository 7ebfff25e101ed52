import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { addressOf, type KernelRunner } from '../kernel-runner.ts';
import { joinAxes, runStridedCopy, type CopyAxis } from '../run-strided-copy.ts';
import { wasmKernel } from './wasm-kernel.ts';

// tfjs's slices of three and four axes and its transposes of five and six go element by element.

/** A block of a tensor. */
export const slice = wasmKernel<{ x: tf.TensorInfo }, tf.SliceAttrs>(
  tf.Slice,
  ({ inputs: { x }, attrs, backend, runner, stock }) => {
    const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size) as [
      number[],
      number[],
    ];
    tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
    return block(runner, backend, x, begin, size) ?? stock();
  },
);

/** A tensor cut into blocks along an axis. */
export const splitV = wasmKernel<{ x: tf.TensorInfo }, tf.SplitVAttrs>(
  tf.SplitV,
  ({ inputs: { x }, attrs: { numOrSizeSplits, axis }, backend, runner, stock }) => {
    const [at = 0] = tf.util.parseAxisParam(axis, x.shape);
    if (!hasFourBytes(x) || x.shape.length > 5) return stock();
    let first = 0;
    return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, at).map((length) => {
      const begin = x.shape.map((_, index) => (index === at ? first : 0));
      const size = x.shape.map((whole, index) => (index === at ? length : whole));
      first += length;
      return block(runner, backend, x, begin, size) as tf.TensorInfo;
    });
  },
);

/** Axes in another order; where the last one stays, whole rows are copied. */
export const transpose = wasmKernel<{ x: tf.TensorInfo }, tf.TransposeAttrs>(
  tf.Transpose,
  ({ inputs: { x }, attrs: { perm }, backend, runner, stock }) => {
    const steps = stepsOf(x.shape);
    const axes = perm.map((axis): CopyAxis => ({ size: x.shape[axis] ?? 1, step: steps[axis] ?? 4 }));
    const joined = joinAxes(axes);
    const suits = joined.length <= 5 && ((joined.at(-1)?.step ?? 4) === 4 || joined.length > 4);
    if (!hasFourBytes(x) || !suits || tf.util.sizeFromShape(x.shape) === 0) return stock();
    const result = backend.makeOutput(
      axes.map(({ size }) => size),
      x.dtype,
    );
    runStridedCopy(runner, addressOf(backend, x), addressOf(backend, result), axes);
    return result;
  },
);

function block(
  runner: KernelRunner,
  backend: BackendWasm,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo | undefined {
  if (!hasFourBytes(x) || size.length > 5) return undefined;
  const steps = stepsOf(x.shape);
  const result = backend.makeOutput([...size], x.dtype);
  if (tf.util.sizeFromShape([...size]) === 0) return result;
  const offset = begin.reduce((sum, at, axis) => sum + at * (steps[axis] ?? 4), 0);
  const axes = size.map((length, axis): CopyAxis => ({ size: length, step: steps[axis] ?? 4 }));
  runStridedCopy(runner, addressOf(backend, x) + offset, addressOf(backend, result), axes);
  return result;
}

function hasFourBytes({ dtype }: tf.TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32';
}

/** Bytes from an element to the next along each axis. */
function stepsOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => 4 * tf.util.sizeFromShape(shape.slice(axis + 1)));
}
