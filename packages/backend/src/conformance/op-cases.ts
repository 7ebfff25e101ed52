import * as tf from '@tensorflow/tfjs-core';
import { batchNormInference } from '../ops/batch-norm-inference.ts';
import { batchNormTraining } from '../ops/batch-norm-training.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';

/** An op that must give the same values and gradients on every backend. */
export interface OpCase {
  readonly name: string;
  /** Shapes of its float32 inputs. */
  readonly inputs: readonly (readonly number[])[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Values that are put in place of some of the inputs' numbers. */
  readonly special?: readonly SpecialValue[];
  /** Whether only its value must be the same everywhere; default: gradients, too. */
  readonly forwardOnly?: boolean;
}

/** A value, such as NaN, at one place of an input. */
export interface SpecialValue {
  /** Which input, from 0 on. */
  readonly input: number;
  /** Which of its elements, from 0 on. */
  readonly at: number;
  readonly value: number;
}

type Pad = 'same' | 'valid' | number;

/** What a ResNet with its heads and losses needs, with odd sizes, single rows and channels that fill no vector. */
export const opCases: readonly OpCase[] = [
  ...convolutions(),
  ...depthwiseConvolutions(),
  ...batchNorms(),
  ...matMuls(),
  ...batchedMatMuls(),
  ...fusedMatMuls(),
  ...reductions(),
  {
    name: 'gather of repeated rows',
    inputs: [[5, 3]],
    run: (x) => tf.gather(x, tf.tensor1d([4, 0, 4, 2], 'int32')),
  },
  {
    name: 'concat and slice',
    inputs: [
      [3, 4],
      [2, 4],
    ],
    run: (a, b) => tf.slice(tf.concat([a as tf.Tensor, b as tf.Tensor]), [1, 1], [3, 2]),
  },
  { name: 'relu', inputs: [[7, 5]], run: (x) => tf.relu(x as tf.Tensor) },
  { name: 'relu of many', inputs: [[3, 64, 64, 5]], run: (x) => tf.relu(x as tf.Tensor) },
  { name: 'leakyRelu', inputs: [[7, 5]], run: (x) => tf.leakyRelu(x as tf.Tensor, 0.01) },
  { name: 'softmax', inputs: [[6, 9]], run: (x) => tf.softmax(x as tf.Tensor) },
  {
    name: 'softmax over the batch',
    inputs: [[6, 9]],
    run: (x) => tf.transpose(tf.softmax(tf.transpose(x as tf.Tensor))),
  },
  { name: 'logSoftmax', inputs: [[6, 9]], run: (x) => tf.logSoftmax(x as tf.Tensor) },
  { name: 'logSumExp over axis 0', inputs: [[6, 9]], run: (x) => tf.logSumExp(x as tf.Tensor, 0) },
  {
    name: 'L2 normalisation',
    inputs: [[6, 9]],
    run: (x) => tf.div(x as tf.Tensor, tf.sqrt(tf.sum(tf.square(x as tf.Tensor), 1, true))),
  },
  {
    name: 'maxPool 3×3, stride 2, padding 1',
    inputs: [[2, 7, 6, 3]],
    run: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 1, 'floor'),
  },
  {
    name: 'maxPool 3×3, stride 1, padding 1, eight channels',
    inputs: [[3, 5, 9, 8]],
    run: (x) => tf.maxPool(x as tf.Tensor4D, 3, 1, 1, 'floor'),
  },
  { name: 'maxPool same', inputs: [[1, 5, 5, 5]], run: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same') },
  {
    name: 'avgPool 3×3, stride 1, padding 1, eight channels',
    inputs: [[3, 5, 9, 8]],
    // Plain JavaScript counts padding in the gradient, and not in the value: see pooling.test.ts.
    forwardOnly: true,
    run: (x) => tf.avgPool(x as tf.Tensor4D, 3, 1, 1, 'floor'),
  },
  {
    name: 'avgPool 3×3, stride 2, padding 1',
    inputs: [[2, 7, 6, 3]],
    // Plain JavaScript counts padding in the gradient, and not in the value: see pooling.test.ts.
    forwardOnly: true,
    run: (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 1, 'floor'),
  },
  {
    name: 'resizeBilinear to twice the size',
    // Square: plain JavaScript confuses height and width in the gradient.
    inputs: [[2, 4, 4, 5]],
    run: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [8, 8]),
  },
  {
    name: 'resizeNearestNeighbor to twice the size',
    // One image: plain JavaScript mixes up several in the gradient.
    inputs: [[1, 3, 4, 5]],
    run: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 8]),
  },
  {
    name: 'conv2dTranspose, kernel 4, stride 2',
    inputs: [
      [2, 3, 4, 8],
      [4, 4, 3, 8],
    ],
    run: (x, filter) => tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 6, 8, 3], 2, 'same'),
  },
  {
    name: 'gatherND',
    inputs: [[4, 3, 2]],
    // tfjs has none.
    forwardOnly: true,
    run: (x) =>
      tf.gatherND(
        x as tf.Tensor,
        tf.tensor2d(
          [
            [0, 2],
            [3, 1],
            [0, 2],
          ],
          undefined,
          'int32',
        ),
      ),
  },
  { name: 'maxPool 2×2', inputs: [[2, 6, 6, 3]], run: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid') },
  { name: 'avgPool 2×2', inputs: [[2, 6, 6, 3]], run: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid') },
  { name: 'globalAveragePool', inputs: [[2, 5, 3, 6]], run: (x) => globalAveragePool(x as tf.Tensor4D) },
];

function convolutions(): OpCase[] {
  // height, width, in, out, kernel, stride, padding
  const settings: [number, number, number, number, number, number, Pad][] = [
    [8, 9, 3, 16, 3, 1, 1],
    [8, 8, 16, 16, 3, 2, 1],
    [7, 5, 5, 6, 3, 2, 1],
    [7, 7, 4, 10, 1, 2, 0],
    [6, 6, 8, 8, 1, 1, 0],
    [11, 10, 2, 3, 7, 2, 3],
    [8, 8, 3, 4, 4, 4, 0],
    [9, 6, 1, 1, 3, 2, 'same'],
    [10, 9, 3, 7, 3, 3, 'valid'],
    [5, 5, 7, 9, 5, 1, 2],
    [40, 40, 4, 8, 3, 1, 1],
    [4, 4, 3, 5, 2, 1, 'same'],
    [8, 6, 5, 7, 1, 2, 0],
    // Channels enough for minimal filtering: even and odd sizes, every padding, one pixel, several bands.
    [8, 8, 16, 16, 3, 1, 1],
    [7, 9, 20, 24, 3, 1, 1],
    [5, 6, 16, 24, 3, 1, 'valid'],
    [4, 3, 24, 16, 3, 1, 2],
    [1, 1, 16, 16, 3, 1, 1],
    [70, 34, 16, 16, 3, 1, 'same'],
  ];
  return settings.map(([height, width, input, output, size, stride, pad]) => ({
    name: `conv2d ${height}×${width}×${input} → ${output}, kernel ${size}, stride ${stride}, padding ${pad}`,
    inputs: [
      [3, height, width, input],
      [size, size, input, output],
    ],
    run: (x, filter) =>
      tf.conv2d(
        x as tf.Tensor4D,
        filter as tf.Tensor4D,
        stride,
        pad,
        'NHWC',
        1,
        typeof pad === 'number' ? 'floor' : undefined,
      ),
  }));
}

function depthwiseConvolutions(): OpCase[] {
  // height, width, channels, multiplier, kernel, stride, padding, dilation
  const settings: [number, number, number, number, number, number, Pad, number][] = [
    [6, 7, 8, 1, 3, 1, 1, 1],
    [7, 5, 5, 1, 3, 2, 1, 1],
    [6, 6, 3, 2, 3, 1, 'same', 1],
    [9, 8, 4, 1, 3, 1, 'valid', 2],
  ];
  return settings.map(([height, width, channels, multiplier, size, stride, pad, dilation]) => ({
    name:
      `depthwiseConv2d ${height}×${width}×${channels} by ${multiplier}, kernel ${size}, stride ${stride}, ` +
      `padding ${pad}, dilation ${dilation}`,
    inputs: [
      [3, height, width, channels],
      [size, size, channels, multiplier],
    ],
    // tfjs refuses to differentiate a dilated one.
    forwardOnly: dilation !== 1,
    run: (x, filter) =>
      tf.depthwiseConv2d(
        x as tf.Tensor4D,
        filter as tf.Tensor4D,
        stride,
        pad,
        'NHWC',
        dilation,
        typeof pad === 'number' ? 'floor' : undefined,
      ),
  }));
}

function batchNorms(): OpCase[] {
  const shapes = [
    [6, 4],
    [5, 7],
    [2, 3, 3, 16],
    [3, 5, 4, 6],
    [2, 70, 70, 5],
    [9, 1],
  ];
  return shapes.flatMap((shape) => {
    const channels = [shape.at(-1) ?? 1];
    const at = `[${shape.join(',')}]`;
    return [
      {
        name: `batchNormTraining ${at}`,
        inputs: [shape, channels, channels],
        run: (x, gamma, beta) =>
          batchNormTraining(x as tf.Tensor, gamma as tf.Tensor1D, beta as tf.Tensor1D).y,
      },
      {
        name: `batchNormTraining ${at} with residual and ReLU`,
        inputs: [shape, channels, channels, shape],
        run: (x, gamma, beta, residual) =>
          batchNormTraining(x as tf.Tensor, gamma as tf.Tensor1D, beta as tf.Tensor1D, {
            activation: 'relu',
            residual,
            epsilon: 1e-3,
          }).y,
      },
      {
        name: `batchNormInference ${at}`,
        inputs: [shape, channels, channels, channels, channels],
        run: (x, mean, variance, gamma, beta) =>
          batchNormInference(
            x as tf.Tensor,
            mean as tf.Tensor1D,
            tf.square(variance as tf.Tensor1D),
            gamma as tf.Tensor1D,
            beta as tf.Tensor1D,
            { activation: 'relu', epsilon: 0.1 },
          ),
      },
      {
        name: `batchNormInference ${at} with residual`,
        inputs: [shape, channels, channels, channels, channels, shape],
        run: (x, mean, variance, gamma, beta, residual) =>
          batchNormInference(
            x as tf.Tensor,
            mean as tf.Tensor1D,
            tf.square(variance as tf.Tensor1D),
            gamma as tf.Tensor1D,
            beta as tf.Tensor1D,
            { residual, epsilon: 0.1 },
          ),
      },
    ] satisfies OpCase[];
  });
}

function matMuls(): OpCase[] {
  const flags = [false, true];
  const sizes = [
    [5, 3, 7],
    [1, 9, 1],
    [64, 33, 20],
    [130, 8, 16],
  ] as const;
  return sizes.flatMap(([rows, inner, columns]) =>
    flags.flatMap((transposeA) =>
      flags.map((transposeB) => ({
        name: `matMul ${rows}×${inner}×${columns}${transposeA ? ', Aᵀ' : ''}${transposeB ? ', Bᵀ' : ''}`,
        inputs: [
          transposeA ? [inner, rows] : [rows, inner],
          transposeB ? [columns, inner] : [inner, columns],
        ],
        run: (a: tf.Tensor | undefined, b: tf.Tensor | undefined) =>
          tf.matMul(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB),
      })),
    ),
  );
}

function batchedMatMuls(): OpCase[] {
  // Batches of a and of b, rows, inner, columns, whether each is transposed.
  const settings: [number[], number[], number, number, number, boolean, boolean][] = [
    [[3], [3], 9, 5, 7, false, false],
    [[3], [3], 9, 5, 7, true, false],
    [[3], [3], 9, 5, 7, false, true],
    [[3], [3], 9, 5, 7, true, true],
    [[2, 4], [2, 4], 17, 33, 18, false, true],
    [[2, 4], [2, 4], 17, 33, 18, true, false],
    [[40], [40], 13, 8, 8, false, false],
    [[1], [1], 3, 2100, 9, true, false],
    [[1], [1], 150, 600, 20, true, true],
    [[4], [1], 6, 5, 11, false, false],
    [[4], [1], 6, 5, 11, false, true],
    [[4], [1], 6, 5, 11, true, false],
    [[1], [4], 6, 5, 11, false, false],
    [[1], [4], 6, 5, 11, true, true],
  ];
  return settings.map(([ofA, ofB, rows, inner, columns, transposeA, transposeB]) => ({
    name:
      `matMul [${ofA.join(',')}] ${rows}×${inner}${transposeA ? ', Aᵀ' : ''} by ` +
      `[${ofB.join(',')}] ${inner}×${columns}${transposeB ? ', Bᵀ' : ''}`,
    inputs: [
      [...ofA, ...(transposeA ? [inner, rows] : [rows, inner])],
      [...ofB, ...(transposeB ? [columns, inner] : [inner, columns])],
    ],
    run: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB),
  }));
}

function fusedMatMuls(): OpCase[] {
  return (['linear', 'relu', 'elu', 'sigmoid'] as const).map((activation) => ({
    name: `fused.matMul with bias, ${activation}`,
    inputs: [[5, 9], [7, 9], [7]],
    // tfjs has no gradient of the other activations.
    forwardOnly: activation === 'elu' || activation === 'sigmoid',
    run: (a, b, bias) =>
      tf.fused.matMul({
        a: a as tf.Tensor,
        b: b as tf.Tensor,
        bias: bias as tf.Tensor,
        transposeB: true,
        activation,
      }),
  }));
}

function reductions(): OpCase[] {
  const settings: [number[], number[]][] = [
    [[5, 3], [0]],
    [[5, 6], [1]],
    [
      [4, 3, 5, 6],
      [0, 1, 2],
    ],
    [
      [4, 3, 5, 6],
      [1, 2],
    ],
    [
      [4, 3, 5, 6],
      [0, 2],
    ],
    [[300, 70], [0]],
  ];
  return settings.flatMap(
    ([shape, axes]) =>
      [
        {
          name: `mean of [${shape.join(',')}] over ${axes.join(',')}`,
          inputs: [shape],
          run: (x) => tf.mean(x as tf.Tensor, axes),
        },
        {
          name: `sum of [${shape.join(',')}] over ${axes.join(',')}, dimensions kept`,
          inputs: [shape],
          run: (x) => tf.sum(x as tf.Tensor, axes, true),
        },
      ] satisfies OpCase[],
  );
}
