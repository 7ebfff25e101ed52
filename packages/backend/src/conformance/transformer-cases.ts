import * as tf from '@tensorflow/tfjs-core';
import { attention } from '../ops/attention.ts';
import { embeddingLookup } from '../ops/embedding-lookup.ts';
import { gelu } from '../ops/gelu.ts';
import { layerNorm } from '../ops/layer-norm.ts';
import type { OpCase, SpecialValue } from './op-cases.ts';

/** What transformers need besides matrix products. */
export const transformerCases: readonly OpCase[] = [
  ...layerNorms(),
  ...[[7], [3, 5, 33], [4, 65, 96]].map((shape) => ({
    name: `gelu [${shape.join(',')}]`,
    inputs: [shape],
    run: (x: tf.Tensor | undefined) => gelu(tf.mul(x as tf.Tensor, 6)),
  })),
  { name: 'erf', inputs: [[5, 7]], run: (x) => tf.erf(tf.mul(x as tf.Tensor, 3)) },
  ...[
    [1, 5],
    [2, 3, 65],
    [6, 64, 64],
    [3, 2, 5, 9],
  ].map((shape) => ({
    name: `softmax [${shape.join(',')}]`,
    inputs: [shape],
    run: (x: tf.Tensor | undefined) => tf.softmax(tf.mul(x as tf.Tensor, 5)),
  })),
  ...attentions(),
  ...lookups(),
  ...copies(),
  {
    name: 'heads split off and joined again',
    inputs: [[2, 5, 24]],
    run: (x) => {
      const heads = tf.transpose(tf.reshape(x as tf.Tensor, [2, 5, 3, 2, 4]), [2, 0, 3, 1, 4]);
      const [q, k] = tf.unstack(heads, 0) as [tf.Tensor, tf.Tensor];
      return tf.reshape(tf.transpose(tf.mul(q, k), [0, 2, 1, 3]), [2, 5, 8]);
    },
  },
  {
    name: 'a token before others, repeated for each sample',
    inputs: [
      [3, 4, 5],
      [1, 1, 5],
      [1, 5, 5],
    ],
    run: (x, token, positions) => {
      const tokens = tf.concat([tf.tile(token as tf.Tensor, [3, 1, 1]), x as tf.Tensor], 1);
      return tf.add(tokens, positions as tf.Tensor);
    },
  },
  {
    name: 'first token of each sample',
    inputs: [[3, 4, 5]],
    run: (x) => tf.squeeze(tf.slice(x as tf.Tensor, [0, 0, 0], [-1, 1, -1]), [1]),
  },
  {
    name: 'one-hot rows times a table',
    inputs: [[6, 5]],
    run: (table) => tf.matMul(tf.oneHot(int32([3, 0, 3, 5], [4]), 6), table as tf.Tensor),
  },
];

/** NaN must reach what depends on it. */
export const nonFiniteTransformerCases: readonly OpCase[] = [NaN, Infinity, -Infinity].flatMap((value) => {
  const special: readonly SpecialValue[] = [{ input: 0, at: 7, value }];
  return [
    {
      name: `layerNorm of ${value}`,
      inputs: [[3, 6], [6], [6]],
      special,
      run: (x, gamma, beta) => layerNorm(x as tf.Tensor, gamma as tf.Tensor1D, beta as tf.Tensor1D),
    },
    { name: `gelu of ${value}`, inputs: [[3, 5]], special, run: (x) => gelu(x as tf.Tensor) },
    {
      name: `attention of ${value}`,
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
        [2, 5, 4],
      ],
      special,
      run: (q, k, v) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D),
    },
  ] satisfies OpCase[];
});

function layerNorms(): OpCase[] {
  const shapes = [[6, 4], [2, 5, 7], [1, 1], [9, 1], [13], [3, 4, 192], [2, 65, 258], [2, 2, 3, 33]];
  return shapes.map((shape) => ({
    name: `layerNorm [${shape.join(',')}]`,
    inputs: [shape, shape.slice(-1), shape.slice(-1)],
    run: (x, gamma, beta) =>
      layerNorm(x as tf.Tensor, gamma as tf.Tensor1D, beta as tf.Tensor1D, { epsilon: 1e-2 }),
  }));
}

function attentions(): OpCase[] {
  const inputs = [
    [6, 5, 8],
    [6, 7, 8],
    [6, 7, 3],
  ];
  const masks: [string, (() => tf.Tensor2D) | undefined, number | undefined][] = [
    ['', undefined, undefined],
    [', scale 0.3', undefined, 0.3],
    [', padding left out', () => tf.lessEqual(range2d(3, 7), tf.tensor2d([2, 6, 0], [3, 1])), undefined],
    [
      ', nothing left of a sample',
      () => tf.lessEqual(range2d(2, 7), tf.tensor2d([-1, 3], [2, 1])),
      undefined,
    ],
  ];
  return [
    ...masks.map(([title, mask, scale]) => ({
      name: `attention${title}`,
      inputs,
      run: (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
        attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, { scale, keyMask: mask?.() }),
    })),
    {
      name: 'attention, a bias for each key',
      inputs: [...inputs, [2, 7]],
      run: (q, k, v, keyMask) =>
        attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, {
          keyMask: keyMask as tf.Tensor2D,
        }),
    },
    {
      name: 'attention of many heads',
      inputs: [
        [12, 65, 64],
        [12, 65, 64],
        [12, 65, 64],
      ],
      run: (q, k, v) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D),
    },
  ] as OpCase[];
}

function lookups(): OpCase[] {
  return [
    {
      name: 'embeddingLookup of a batch',
      inputs: [[11, 5]],
      run: (table) => embeddingLookup(table as tf.Tensor2D, int32([10, 0, 3, 3, 3, 7], [2, 3])),
    },
    {
      name: 'embeddingLookup of many',
      inputs: [[9, 97]],
      run: (table) =>
        embeddingLookup(
          table as tf.Tensor2D,
          int32(
            [...Array(400).keys()].map((id) => (id * id) % 7),
            [400],
          ),
        ),
    },
    {
      name: 'gather along axis 1',
      inputs: [[3, 6, 5]],
      run: (x) => tf.gather(x as tf.Tensor, int32([5, 0, 5, 2], [4]), 1),
    },
    {
      name: 'gather along axis 1 by a matrix',
      inputs: [[3, 6, 5]],
      run: (x) => tf.gather(x as tf.Tensor, int32([5, 0, 5, 2], [2, 2]), 1),
    },
  ];
}

function copies(): OpCase[] {
  const blocks: [number[], number[], number[]][] = [
    [[7], [2], [4]],
    [
      [5, 6],
      [1, 2],
      [3, -1],
    ],
    [
      [3, 4, 5],
      [0, 1, 0],
      [3, 1, 5],
    ],
    [
      [2, 3, 4, 5],
      [1, 0, 2, 1],
      [1, 3, 2, 3],
    ],
    [
      [2, 3, 2, 3, 4],
      [0, 1, 0, 1, 1],
      [2, 2, 2, 2, 2],
    ],
    [
      [2, 2, 3, 2, 3, 2],
      [0, 1, 1, 0, 1, 0],
      [2, 1, 2, 2, 2, 2],
    ],
  ];
  const orders: [number[], number[]][] = [
    [
      [4, 7],
      [1, 0],
    ],
    [
      [3, 4, 5],
      [1, 0, 2],
    ],
    [
      [3, 4, 5],
      [0, 2, 1],
    ],
    [
      [2, 5, 3, 4],
      [0, 2, 1, 3],
    ],
    [
      [2, 5, 3, 2, 4],
      [2, 0, 3, 1, 4],
    ],
    [
      [2, 3, 4, 3, 2],
      [4, 2, 0, 1, 3],
    ],
    [
      [2, 2, 3, 2, 3, 2],
      [2, 0, 3, 1, 4, 5],
    ],
    [
      [1, 5, 1, 4],
      [3, 2, 1, 0],
    ],
  ];
  const splits: [number[], number | number[], number][] = [
    [[2, 5, 12], 3, 2],
    [[2, 6, 4], 2, 1],
    [[7, 3], [2, 1, 4], 0],
  ];
  return [
    ...blocks.map(([shape, begin, size]) => ({
      name: `slice of [${shape.join(',')}] from ${begin.join(',')}, size ${size.join(',')}`,
      inputs: [shape],
      // tfjs pads, which is the gradient, up to four axes.
      forwardOnly: shape.length > 4,
      run: (x: tf.Tensor | undefined) => tf.slice(x as tf.Tensor, begin, size),
    })),
    ...orders.map(([shape, order]) => ({
      name: `transpose of [${shape.join(',')}] to ${order.join(',')}`,
      inputs: [shape],
      run: (x: tf.Tensor | undefined) => tf.transpose(x as tf.Tensor, order),
    })),
    ...splits.map(([shape, parts, axis]) => ({
      name: `split of [${shape.join(',')}] into ${parts.toString()} along axis ${axis}`,
      inputs: [shape],
      run: (x: tf.Tensor | undefined) => tf.concat(tf.split(x as tf.Tensor, parts, axis).reverse(), axis),
    })),
  ];
}

function int32(values: readonly number[], shape: number[]): tf.Tensor1D {
  return tf.tensor([...values], shape as [number], 'int32') as tf.Tensor1D;
}

/** `rows` times the numbers from 0 to `columns` − 1. */
function range2d(rows: number, columns: number): tf.Tensor2D {
  return tf.tile(tf.expandDims(tf.range(0, columns), 0), [rows, 1]) as tf.Tensor2D;
}
