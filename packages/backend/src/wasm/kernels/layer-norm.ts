import * as tf from '@tensorflow/tfjs-core';
import { SslLayerNorm, SslLayerNormGrad, type LayerNormAttrs } from '../../kernel-names.ts';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** Layer normalisation in one pass: a row stays in the cache. */
export const layerNorm = wasmKernel<Record<'x' | 'scale' | 'offset', tf.TensorInfo>, LayerNormAttrs>(
  SslLayerNorm,
  ({ inputs: { x, scale, offset }, attrs: { epsilon }, backend, runner }) => {
    const { rows, columns, chunks } = rowsOf(x);
    const y = backend.makeOutput(x.shape, 'float32');
    const mean = backend.makeOutput([...x.shape.slice(0, -1), 1], 'float32');
    const inverse = backend.makeOutput(mean.shape, 'float32');
    runner.run('layerNorm', rows, chunks, {
      x: addressOf(backend, x),
      y: addressOf(backend, y),
      scale: addressOf(backend, scale),
      offset: addressOf(backend, offset),
      mean: addressOf(backend, mean),
      inverse: addressOf(backend, inverse),
      columns,
      epsilon,
    });
    return [y, mean, inverse];
  },
);

/** Gradient of {@link layerNorm} in one pass. */
export const layerNormGrad = wasmKernel<Record<'dy' | 'x' | 'scale' | 'mean' | 'inverse', tf.TensorInfo>>(
  SslLayerNormGrad,
  ({ inputs: { dy, x, scale, mean, inverse }, backend, runner }) => {
    const { rows, columns, chunks } = rowsOf(x);
    const dx = backend.makeOutput(x.shape, 'float32');
    const dScale = backend.makeOutput([columns], 'float32');
    const dOffset = backend.makeOutput([columns], 'float32');
    const partialSums = runner.workspace(chunks * 2 * columns * 4);
    runner.run('layerNormGradient', rows, chunks, {
      dy: addressOf(backend, dy),
      x: addressOf(backend, x),
      scale: addressOf(backend, scale),
      mean: addressOf(backend, mean),
      inverse: addressOf(backend, inverse),
      dx: addressOf(backend, dx),
      partialSums,
      columns,
    });
    const partials = runner.floats(partialSums, chunks * 2 * columns);
    const sums = new Float64Array(2 * columns);
    for (const [index, value] of partials.entries()) {
      const place = index % sums.length;
      sums[place] = (sums[place] ?? 0) + value;
    }
    backend.typedArrayFromHeap(dScale).set(sums.subarray(0, columns));
    backend.typedArrayFromHeap(dOffset).set(sums.subarray(columns));
    return [dx, dScale, dOffset];
  },
);

/** Chunks follow from the shape alone, so that results do not depend on the number of threads. */
function rowsOf({ shape }: tf.TensorInfo): { rows: number; columns: number; chunks: number } {
  const columns = shape.at(-1) ?? 1;
  const size = tf.util.sizeFromShape(shape);
  const rows = size / columns;
  return { rows, columns, chunks: Math.max(1, Math.min(16, rows, Math.floor(size / 16_384))) };
}
