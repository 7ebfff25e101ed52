/**
 * Ops of transformers on `wasm`, with their gradients: this project's kernels against the same formula in
 * TensorFlow.js's ops, in turn. Median of many, and the ratio pair by pair. Batch 128, 65 tokens, 3 heads of 64.
 * `node --conditions=@ssl/source --import tsx bench/transformer-ops.ts [threads] [steps]`
 */
import * as tf from '@tensorflow/tfjs-core';
import { attention, embeddingLookup, gelu, layerNorm } from '../packages/backend/src/index.ts';
import { useBackend } from '../packages/backend/src/node.ts';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

const [threads = '2', steps = '15'] = process.argv.slice(2);
const info = await useBackend('wasm', { threads: Number(threads) });
console.log(`${info.description}, Node ${process.version}`);
const softmaxOf = (x: tf.Tensor): tf.Tensor => {
  const powers = tf.exp(tf.sub(x, tf.max(x, -1, true)));
  return tf.div(powers, tf.sum(powers, -1, true));
};
const ids = tf.tensor1d(
  [...Array(128 * 65).keys()].map((at) => (at * 31) % 1000),
  'int32',
);
const rows: readonly (readonly [string, readonly number[][], Op, Op])[] = [
  [
    'layerNorm',
    [[128, 65, 192], [192], [192]],
    (x, gamma, beta) => layerNorm(x as tf.Tensor, gamma as tf.Tensor1D, beta as tf.Tensor1D),
    (x, gamma, beta) => {
      const centred = tf.sub(x as tf.Tensor, tf.mean(x as tf.Tensor, -1, true));
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
      return tf.add(tf.mul(tf.mul(centred, inverse), gamma as tf.Tensor), beta as tf.Tensor);
    },
  ],
  [
    'gelu',
    [[128, 65, 768]],
    (x) => gelu(x as tf.Tensor),
    (x) => tf.mul(x as tf.Tensor, tf.mul(tf.add(tf.erf(tf.mul(x as tf.Tensor, Math.SQRT1_2)), 1), 0.5)),
  ],
  ['softmax', [[384, 65, 65]], (x) => tf.softmax(x as tf.Tensor), (x) => softmaxOf(x as tf.Tensor)],
  [
    'attention',
    [
      [384, 65, 64],
      [384, 65, 64],
      [384, 65, 64],
    ],
    (q, k, v) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D),
    (q, k, v) => {
      const scores = tf.mul(tf.matMul(q as tf.Tensor, k as tf.Tensor, false, true), 1 / 8);
      return tf.matMul(softmaxOf(scores), v as tf.Tensor);
    },
  ],
  [
    'embeddingLookup',
    [[1000, 192]],
    (table) => embeddingLookup(table as tf.Tensor2D, ids),
    (table) => tf.matMul(tf.oneHot(ids, 1000), table as tf.Tensor),
  ],
];
for (const [name, shapes, ours, stock] of rows) {
  const inputs = shapes.map((shape, index) => tf.randomNormal(shape, 0, 1, 'float32', index + 1));
  const upstream = tf.tidy(() => tf.randomNormal(ours(...inputs).shape, 0, 1, 'float32', 9));
  const step = (op: Op) => (): tf.Tensor[] => tf.grads(op)(inputs, upstream);
  const kinds = [
    ['value', () => [ours(...inputs)], () => [stock(...inputs)]],
    ['value and gradient', step(ours), step(stock)],
  ] as const;
  for (const [kind, one, other] of kinds) {
    const times = Array.from({ length: Number(steps) + 2 }, () => [time(one), time(other)] as const).slice(2);
    const ratio = median(times.map(([mine, theirs]) => theirs / mine));
    const [mine, theirs] = [0, 1].map((at) => median(times.map((pair) => pair[at] as number)).toFixed(2));
    console.log(`${name}, ${kind}: ${mine} ms, in stock ops ${theirs} ms, ${ratio.toFixed(2)} times as fast`);
  }
  tf.dispose([inputs, upstream]);
}
process.exit();

function time(work: () => tf.Tensor[]): number {
  const start = performance.now();
  const results = tf.tidy(work);
  const ms = performance.now() - start;
  tf.dispose(results);
  return ms;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
