import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { batchNormTraining } from '../../ops/batch-norm-training.ts';
import {
  expectLikeCpu,
  expectTransposed,
  native,
  nativeTitle,
  sample,
  startBackends,
} from '../../fixtures/native.testing.ts';

type Pad = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;

describe.skipIf(!native)(nativeTitle('kernels of the backend tensorflow'), () => {
  beforeAll(startBackends);

  describe('convolution and both gradients', () => {
    const cases: readonly [string, readonly number[], readonly number[], number, Pad][] = [
      ['3×3, padding 1', [2, 6, 5, 3], [3, 3, 3, 4], 1, 1],
      ['3×3, padding 1, stride 2, even size', [2, 8, 8, 3], [3, 3, 3, 4], 2, 1],
      ['3×3, padding 1, stride 2, odd size', [2, 7, 5, 3], [3, 3, 3, 4], 2, 1],
      ['7×7, padding 3, stride 2', [1, 9, 10, 2], [7, 7, 2, 3], 2, 3],
      ['1×1', [2, 5, 4, 3], [1, 1, 3, 6], 1, 0],
      ['1×1, stride 2', [2, 6, 5, 3], [1, 1, 3, 6], 2, 0],
      ['2×2, stride 3, windows apart', [1, 8, 8, 1], [2, 2, 1, 1], 3, 0],
      ['one pixel, one channel', [1, 1, 1, 1], [3, 3, 1, 1], 1, 1],
      ['padding wider than needed', [1, 4, 4, 2], [3, 3, 2, 2], 1, 2],
      ['3×3, padding 1, stride 2, many channels', [2, 6, 7, 64], [3, 3, 64, 5], 2, 1],
      ['same', [2, 7, 6, 3], [3, 3, 3, 4], 2, 'same'],
      ['valid', [2, 7, 6, 3], [3, 3, 3, 4], 2, 'valid'],
    ];
    it.each(cases)('%s', async (_, xShape, wShape, stride, pad) => {
      await expectLikeCpu(() => {
        const x = sample(xShape, 1) as tf.Tensor4D;
        const w = sample(wShape, 2) as tf.Tensor4D;
        const convolve = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.conv2d(a, b, stride, pad);
        const y = convolve(x, w);
        const dy = sample(y.shape, 3);
        const [dx, dw] = tf.grads((a, b) => convolve(a as tf.Tensor4D, b as tf.Tensor4D))([x, w], dy);
        return [y, dx, dw] as tf.Tensor[];
      });
    });

    it('different padding on each side, forward', async () => {
      await expectLikeCpu(() => {
        const pad: tf.backend_util.ExplicitPadding = [
          [0, 0],
          [0, 2],
          [1, 0],
          [0, 0],
        ];
        return tf.conv2d(sample([2, 5, 6, 3]) as tf.Tensor4D, sample([3, 3, 3, 2], 2) as tf.Tensor4D, 1, pad);
      });
    });

    it('dilation, forward', async () => {
      await expectLikeCpu(() =>
        tf.conv2d(
          sample([1, 9, 9, 2]) as tf.Tensor4D,
          sample([3, 3, 2, 2], 2) as tf.Tensor4D,
          1,
          2,
          'NHWC',
          2,
        ),
      );
    });

    it('rounds the size up where asked', async () => {
      await expectLikeCpu(() =>
        tf.conv2d(
          sample([1, 6, 6, 1]) as tf.Tensor4D,
          sample([3, 3, 1, 2], 2) as tf.Tensor4D,
          2,
          1,
          'NHWC',
          1,
          'ceil',
        ),
      );
    });

    it('with bias and ReLU in one', async () => {
      await expectLikeCpu(() =>
        tf.fused.conv2d({
          x: sample([2, 6, 6, 3]) as tf.Tensor4D,
          filter: sample([3, 3, 3, 4], 2) as tf.Tensor4D,
          bias: sample([4], 3) as tf.Tensor1D,
          strides: 2,
          pad: 1,
          activation: 'relu',
        }),
      );
    });
  });

  it.each<[string, number, Pad]>([
    ['padding 1', 1, 1],
    ['padding 1, stride 2', 2, 1],
    ['same', 1, 'same'],
  ])('depthwise convolution and both gradients: %s', async (_, stride, pad) => {
    await expectLikeCpu(() => {
      const x = sample([2, 6, 5, 3], 1) as tf.Tensor4D;
      const w = sample([3, 3, 3, 2], 2) as tf.Tensor4D;
      const convolve = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.depthwiseConv2d(a, b, stride, pad);
      const y = convolve(x, w);
      const [dx, dw] = tf.grads((a, b) => convolve(a as tf.Tensor4D, b as tf.Tensor4D))(
        [x, w],
        sample(y.shape, 3),
      );
      return [y, dx, dw] as tf.Tensor[];
    });
  });

  describe('pooling', () => {
    it.each<[string, number, number, Pad]>([
      ['3×3, stride 2, padding 1 (ResNet)', 3, 2, 1],
      ['2×2, stride 2', 2, 2, 0],
      ['3×3, same', 3, 2, 'same'],
    ])('maximum and its gradient: %s', async (_, size, stride, pad) => {
      await expectLikeCpu(() => {
        const x = sample([2, 7, 8, 3]) as tf.Tensor4D;
        const pool = (a: tf.Tensor) => tf.maxPool(a as tf.Tensor4D, size, stride, pad);
        const y = pool(x);
        return [y, tf.grad(pool)(x, sample(y.shape, 2))];
      });
    });

    it('average, forward, with padding that does not count', async () => {
      await expectLikeCpu(() => tf.avgPool(sample([2, 7, 8, 3]) as tf.Tensor4D, 3, 2, 1));
    });

    it('average and its gradient without padding', async () => {
      await expectLikeCpu(() => {
        const pool = (a: tf.Tensor) => tf.avgPool(a as tf.Tensor4D, 2, 2, 0);
        const y = pool(sample([2, 6, 8, 3]));
        return [y, tf.grad(pool)(sample([2, 6, 8, 3]), sample(y.shape, 2))];
      });
    });

    it.each<[string, Pad]>([
      ['padding 1', 1],
      ['same', 'same'],
    ])('the gradient of the average is its transpose: %s', async (_, pad) => {
      // Plain JavaScript divides by the whole window here and cannot be the judge.
      await expectTransposed((x) => tf.avgPool(x as tf.Tensor4D, 3, 2, pad), [2, 7, 8, 3]);
    });
  });

  describe('batch norm by the batch’s statistics, with its gradient', () => {
    it.each<[string, readonly number[], boolean, boolean]>([
      ['images', [3, 4, 5, 6], false, false],
      ['images, ReLU', [3, 4, 5, 6], false, true],
      ['images, residual', [3, 4, 5, 6], true, false],
      ['images, residual and ReLU', [3, 4, 5, 6], true, true],
      ['vectors', [7, 5], false, true],
      ['one channel', [2, 3, 3, 1], true, true],
      ['more channels than a vector register, odd', [2, 3, 3, 19], false, true],
    ])('%s', async (_, shape, withResidual, relu) => {
      await expectLikeCpu(() => {
        const channels = shape.at(-1) ?? 0;
        const x = sample(shape, 1);
        const gamma = sample([channels], 2) as tf.Tensor1D;
        const beta = sample([channels], 3) as tf.Tensor1D;
        const residual = sample(shape, 4);
        const normalise = (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor, r: tf.Tensor) =>
          batchNormTraining(a, g as tf.Tensor1D, b as tf.Tensor1D, {
            activation: relu ? 'relu' : 'none',
            residual: withResidual ? r : undefined,
          });
        const { y, mean, variance } = normalise(x, gamma, beta, residual);
        const inputs = withResidual ? [x, gamma, beta, residual] : [x, gamma, beta];
        const gradients = tf.grads(
          (...[a, g, b, r]) => normalise(a as tf.Tensor, g as tf.Tensor, b as tf.Tensor, r as tf.Tensor).y,
        )(inputs, sample(shape, 5));
        return [y, mean, variance, ...gradients];
      });
    });
  });

  it('ReLU and its gradient, at 0 too', async () => {
    await expectLikeCpu(() => {
      const x = tf.tensor1d([-2, -0, 0, 1e-30, 3]);
      return [tf.relu(x), tf.grad((a) => tf.relu(a))(x, sample([5]))];
    });
  });

  it('what tfjs-node writes with chained ops', async () => {
    await expectLikeCpu(() => [
      tf.prelu(sample([3, 4]), tf.fill([4], 0.25)),
      tf.exp(tf.tensor1d([0, 1, 2], 'int32')),
      tf.argMax(tf.tensor2d([0, 1, 1, 0], [2, 2], 'bool'), 1),
      tf.argMin(sample([3, 4]), 0),
    ]);
  });

  describe('stock kernels that training needs, with their gradients', () => {
    const gradientOf = (op: (x: tf.Tensor) => tf.Tensor, shape: readonly number[]) => {
      const x = sample(shape);
      const y = op(x);
      return [y, tf.grad(op)(x, sample(y.shape, 9))];
    };
    const cases: readonly [string, (x: tf.Tensor) => tf.Tensor][] = [
      ['softmax', (x) => tf.softmax(x)],
      ['log-softmax', (x) => tf.logSoftmax(x)],
      ['softmax over columns', (x) => tf.transpose(tf.softmax(tf.transpose(x)))],
      ['log-sum-exp', (x) => tf.logSumExp(x, 0)],
      ['mean over rows', (x) => tf.mean(x, 0)],
      ['sum of squares', (x) => tf.sum(tf.square(x))],
      ['maximum', (x) => tf.max(x, 1)],
      ['moments', (x) => tf.moments(x, 0).variance],
      ['norm', (x) => tf.div(x, tf.norm(x, 2, 1, true))],
      ['gather rows, repeated', (x) => tf.gather(x, tf.tensor1d([2, 0, 2, 1], 'int32'))],
      ['gather columns', (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), 1)],
      [
        'slice, concat, pad',
        (x) =>
          tf.pad(
            tf.concat(
              [tf.slice(x, [1, 0], [2, 3]), tf.slice(x, 0, 1)].map((part) => tf.slice(part, [0, 0], [1, 3])),
            ),
            [
              [1, 0],
              [0, 2],
            ],
          ),
      ],
      ['stack and unstack', (x) => tf.stack(tf.unstack(x, 1).reverse())],
      ['tile and reverse', (x) => tf.reverse(tf.tile(x, [2, 1]), 1)],
      ['clip', (x) => tf.clipByValue(x, -0.5, 0.4)],
      ['where', (x) => tf.where(tf.greater(sample([3, 4]), 0), x, tf.mul(x, 3))],
      ['sigmoid, tanh, softplus', (x) => tf.add(tf.sigmoid(x), tf.add(tf.tanh(x), tf.softplus(x)))],
      ['elu, leaky ReLU, ReLU6', (x) => tf.add(tf.elu(x), tf.add(tf.leakyRelu(x), tf.relu6(tf.mul(x, 7))))],
      ['exp, log, rsqrt', (x) => tf.log(tf.rsqrt(tf.exp(x)))],
      ['division and power', (x) => tf.div(tf.pow(tf.abs(x), 1.5), tf.add(tf.square(x), 1))],
      ['broadcasting sum', (x) => tf.add(x, tf.mean(x, 1, true))],
      ['expand, squeeze, reshape', (x) => tf.squeeze(tf.expandDims(tf.reshape(x, [4, 3]), 0), [0])],
      ['cumulative sum', (x) => tf.cumsum(x, 1)],
      ['maximum and minimum of two', (x) => tf.maximum(tf.minimum(x, 0.3), tf.neg(x))],
      ['stable absolute', (x) => tf.sqrt(tf.add(tf.square(x), 1e-6))],
      ['erf', (x) => tf.erf(x)],
    ];
    it.each(cases)('%s', async (_, op) => {
      await expectLikeCpu(() => gradientOf(op, [3, 4]));
    });

    it.each([
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ])('matrix product, transposed %s and %s', async (transposeA, transposeB) => {
      await expectLikeCpu(() => {
        const a = sample(transposeA ? [5, 3] : [3, 5], 1);
        const b = sample(transposeB ? [4, 5] : [5, 4], 2);
        const product = (p: tf.Tensor, q: tf.Tensor) => tf.matMul(p, q, transposeA, transposeB);
        return [product(a, b), ...tf.grads(product)([a, b], sample([3, 4], 3))];
      });
    });

    it('product of batches of matrices', async () => {
      await expectLikeCpu(() => {
        const product = (p: tf.Tensor, q: tf.Tensor) => tf.matMul(p, q);
        return tf.grads(product)([sample([2, 3, 5]), sample([2, 5, 4], 2)], sample([2, 3, 4], 3));
      });
    });

    it('unsorted segment sum, one-hot, scatter', async () => {
      await expectLikeCpu(() => [
        tf.unsortedSegmentSum(sample([4, 3]), tf.tensor1d([1, 0, 1, 3], 'int32'), 5),
        tf.oneHot(tf.tensor1d([2, 0], 'int32'), 4),
        tf.topk(sample([3, 5]), 2).indices,
        tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], 'int32'), sample([2, 3]), [5, 3]),
      ]);
    });

    it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
      ['bilinear', (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 5])],
      ['nearest', (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 8])],
    ])('resize, %s, and its gradient', async (_, resize) => {
      await expectLikeCpu(() => resize(sample([2, 4, 3, 2])));
      // Plain JavaScript gets the bilinear one's gradient wrong.
      await expectTransposed(resize, [2, 4, 3, 2]);
    });
  });

  it('keeps NaN and infinity', async () => {
    await expectLikeCpu(() => {
      const x = tf.tensor2d([NaN, 1, Infinity, 2], [2, 2]);
      return [tf.isNaN(tf.relu(x)), tf.isInf(tf.mul(x, 2)), tf.isNaN(tf.matMul(x, x))].map((flags) =>
        tf.cast(flags, 'int32'),
      );
    });
  });
});
