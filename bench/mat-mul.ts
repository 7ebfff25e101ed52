/**
 * Products of batches of matrices on `wasm`, with their gradients: the batch in one operation against one operation
 * a matrix, in turn. Median of many, and the ratio pair by pair.
 * `node --conditions=@ssl/source --import tsx bench/mat-mul.ts [threads] [steps]`
 */
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../packages/backend/src/node.ts';

type Pair = readonly [tf.Tensor3D, tf.Tensor3D];

const [threads = '2', steps = '15'] = process.argv.slice(2);
const info = await useBackend('wasm', { threads: Number(threads) });
console.log(`${info.description}, Node ${process.version}`);
// batch, rows, inner, columns: scores and weighted sums of attention heads, and layers over all tokens.
const shapes: readonly [number, number, number, number][] = [
  [256, 65, 32, 65],
  [256, 65, 65, 32],
  [1536, 65, 65, 32],
  [384, 65, 64, 65],
  [384, 65, 65, 64],
  [1, 8320, 192, 576],
  [1, 192, 8320, 192],
];
for (const [batch, rows, inner, columns] of shapes) {
  for (const [transposeA, transposeB] of [
    [false, false],
    [false, true],
    [true, false],
  ] as const) {
    const a = tf.randomNormal<tf.Rank.R3>([batch, ...swapped(rows, inner, transposeA)], 0, 1, 'float32', 1);
    const b = tf.randomNormal<tf.Rank.R3>(
      [batch, ...swapped(inner, columns, transposeB)],
      0,
      1,
      'float32',
      2,
    );
    const pairs = tf.unstack(a).map((matrix, index) => [matrix, tf.gather(b, index)] as unknown as Pair);
    const whole = (): tf.Tensor[] => [tf.matMul(a, b, transposeA, transposeB)];
    const looped = (): tf.Tensor[] => pairs.map(([x, y]) => tf.matMul(x, y, transposeA, transposeB));
    const times = Array.from({ length: Number(steps) + 2 }, () => [time(whole), time(looped)] as const).slice(
      2,
    );
    const wholeMs = median(times.map(([ms]) => ms));
    const ratio = median(times.map(([one, many]) => many / one));
    const gflops = (2 * batch * rows * inner * columns) / wholeMs / 1e6;
    console.log(
      `[${a.shape.join(',')}]${transposeA ? 'ᵀ' : ''} × [${b.shape.join(',')}]${transposeB ? 'ᵀ' : ''}: ` +
        `${wholeMs.toFixed(2)} ms, ${gflops.toFixed(1)} GFLOP/s, ${ratio.toFixed(2)} times as fast as in a loop`,
    );
    tf.dispose([a, b, pairs.flat()]);
  }
}
process.exit();

function swapped(rows: number, columns: number, swaps: boolean): [number, number] {
  return swaps ? [columns, rows] : [rows, columns];
}

function time(work: () => tf.Tensor[]): number {
  const start = performance.now();
  const results = work();
  const ms = performance.now() - start;
  tf.dispose(results);
  return ms;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
