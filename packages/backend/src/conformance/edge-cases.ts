import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../ops/batch-norm-training.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import type { OpCase, SpecialValue } from './op-cases.ts';

/** The smallest and oddest shapes: one image, one channel, one row, channels that fill no vector, uneven strides. */
export const edgeCases: readonly OpCase[] = [
  ...convolutions(),
  ...pools(),
  ...batchNorms(),
  {
    name: 'globalAveragePool of one pixel',
    inputs: [[1, 1, 1, 1]],
    run: (x) => globalAveragePool(x as tf.Tensor4D),
  },
  {
    name: 'globalAveragePool of one image, 5 channels',
    inputs: [[1, 3, 7, 5]],
    run: (x) => globalAveragePool(x as tf.Tensor4D),
  },
  {
    name: 'matMul of one number',
    inputs: [
      [1, 1],
      [1, 1],
    ],
    run: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor),
  },
  {
    name: 'matMul of three, Bᵀ',
    inputs: [
      [3, 5, 7],
      [3, 6, 7],
    ],
    run: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, false, true),
  },
  {
    name: 'matMul of one image, Aᵀ',
    inputs: [
      [1, 130],
      [1, 3],
    ],
    run: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, true),
  },
  { name: 'softmax of one class', inputs: [[3, 1]], run: (x) => tf.softmax(x as tf.Tensor) },
  { name: 'logSoftmax of one row, 7 classes', inputs: [[1, 7]], run: (x) => tf.logSoftmax(x as tf.Tensor) },
  { name: 'sum of one row over it', inputs: [[1, 13]], run: (x) => tf.sum(x as tf.Tensor, 0) },
  { name: 'mean of one column', inputs: [[13, 1]], run: (x) => tf.mean(x as tf.Tensor, 1) },
  { name: 'mean of all', inputs: [[3, 5, 7]], run: (x) => tf.mean(x as tf.Tensor) },
];

function convolutions(): OpCase[] {
  // batch, height, width, in, out, kernel, stride, padding
  const settings: [number, number, number, number, number, number, number, number][] = [
    [1, 1, 1, 1, 1, 1, 1, 0],
    [1, 1, 1, 3, 5, 3, 1, 1],
    [1, 7, 9, 1, 1, 3, 2, 1],
    [1, 9, 7, 5, 1, 3, 2, 0],
    [1, 5, 11, 1, 7, 5, 2, 2],
    [1, 13, 5, 6, 13, 3, 1, 1],
    [2, 7, 1, 9, 3, 1, 2, 0],
    [2, 3, 17, 17, 18, 3, 2, 1],
    [5, 4, 4, 13, 11, 4, 1, 0],
  ];
  return settings.map(([batch, height, width, input, output, size, stride, pad]) => ({
    name: `conv2d ${batch}×${height}×${width}×${input} → ${output}, kernel ${size}, stride ${stride}, padding ${pad}`,
    inputs: [
      [batch, height, width, input],
      [size, size, input, output],
    ],
    run: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad, 'NHWC', 1, 'floor'),
  }));
}

function pools(): OpCase[] {
  // height, width, channels, size, stride
  const settings: [number, number, number, number, number][] = [
    [5, 7, 1, 2, 2],
    [7, 5, 5, 3, 2],
    [3, 3, 6, 3, 1],
  ];
  return settings.flatMap(([height, width, channels, size, stride]) => {
    const inputs = [[1, height, width, channels]];
    const what = `1×${height}×${width}×${channels}, ${size}×${size}, stride ${stride}`;
    return [
      {
        name: `maxPool ${what}`,
        inputs,
        run: (x) => tf.maxPool(x as tf.Tensor4D, size, stride, 'valid'),
      },
      {
        name: `avgPool ${what}`,
        inputs,
        run: (x) => tf.avgPool(x as tf.Tensor4D, size, stride, 'valid'),
      },
    ] satisfies OpCase[];
  });
}

function batchNorms(): OpCase[] {
  const shapes = [
    [1, 3, 3, 1],
    [1, 5, 3, 7],
    [2, 1, 1, 13],
  ];
  return shapes.map((shape) => ({
    name: `batchNormTraining [${shape.join(',')}] with ReLU`,
    inputs: [shape, shape.slice(-1), shape.slice(-1)],
    run: (x, gamma, beta) =>
      batchNormTraining(x as tf.Tensor, gamma as tf.Tensor1D, beta as tf.Tensor1D, { activation: 'relu' }).y,
  }));
}

/** A number that is none must reach all that depends on it, and nothing else: training stops there, and says so. */
export const nonFiniteCases: readonly OpCase[] = [NaN, Infinity, -Infinity].flatMap((value) => {
  const name = (op: string): string => `${op} of ${value}`;
  const at = (place: number, input = 0): { special: readonly SpecialValue[] } => ({
    special: [{ input, at: place, value }],
  });
  return [
    {
      name: name('conv2d 3×3'),
      inputs: [
        [2, 5, 7, 5],
        [3, 3, 5, 6],
      ],
      ...at(31),
      run: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid'),
    },
    {
      name: name('conv2d 1×1, stride 2,'),
      inputs: [
        [1, 5, 5, 4],
        [1, 1, 4, 3],
      ],
      ...at(9),
      run: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'valid'),
    },
    {
      name: name('matMul'),
      inputs: [
        [5, 7],
        [7, 3],
      ],
      ...at(8),
      run: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor),
    },
    ...(['none', 'relu'] as const).map((activation) => ({
      name: name(activation === 'relu' ? 'batchNormTraining with ReLU' : 'batchNormTraining'),
      inputs: [[3, 2, 2, 5], [5], [5]],
      ...at(21),
      run: (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
        batchNormTraining(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, { activation }).y,
      // Of ReLU for the same reason as below.
      forwardOnly: activation === 'relu',
    })),
    {
      name: name('relu'),
      inputs: [[5, 7]],
      ...at(12),
      run: (x) => tf.relu(x as tf.Tensor),
      // Where the value is NaN its gradient is 0 here, NaN in tfjs, and what comes from above in PyTorch.
      forwardOnly: Number.isNaN(value),
    },
    {
      name: name('maxPool'),
      inputs: [[1, 4, 4, 3]],
      ...at(10),
      run: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'),
    },
    {
      name: name('avgPool'),
      inputs: [[1, 4, 4, 3]],
      ...at(10),
      run: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'),
    },
    {
      name: name('avgPool 3×3, stride 1,'),
      inputs: [[2, 5, 4, 8]],
      ...at(75),
      run: (x) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'valid'),
    },
    {
      name: name('globalAveragePool'),
      inputs: [[2, 3, 3, 5]],
      ...at(10),
      run: (x) => globalAveragePool(x as tf.Tensor4D),
    },
    { name: name('sum over axis 0'), inputs: [[6, 5]], ...at(7), run: (x) => tf.sum(x as tf.Tensor, 0) },
    { name: name('mean over axis 1'), inputs: [[6, 5]], ...at(7), run: (x) => tf.mean(x as tf.Tensor, 1) },
    { name: name('softmax'), inputs: [[3, 5]], ...at(7), run: (x) => tf.softmax(x as tf.Tensor) },
    { name: name('logSoftmax'), inputs: [[3, 5]], ...at(7), run: (x) => tf.logSoftmax(x as tf.Tensor) },
    {
      name: name('gather'),
      inputs: [[5, 3]],
      ...at(7),
      run: (x) => tf.gather(x as tf.Tensor, tf.tensor1d([4, 2, 2], 'int32')),
    },
  ] satisfies OpCase[];
});
