import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchNormTraining } from '../ops/batch-norm-training.ts';
import { expectClose, native, nativeTitle, sample, startBackends } from '../fixtures/native.testing.ts';

/** Trains a residual block by SGD; gives the loss of each step and all weights at the end. */
function train(steps: number): { losses: number[]; weights: number[] } {
  const weights: tf.Variable[] = [];
  const weight = <T extends tf.Tensor>(values: () => tf.Tensor): T => {
    const variable = tf.tidy(() => tf.variable(values()));
    weights.push(variable);
    return variable as tf.Tensor as T;
  };
  const layer = (inputs: number, outputs: number, kernel: number, stride: number, seed: number) => {
    const filter = weight<tf.Tensor4D>(() => tf.mul(sample([kernel, kernel, inputs, outputs], seed), 0.3));
    const gamma = weight<tf.Tensor1D>(() => tf.ones([outputs]));
    const beta = weight<tf.Tensor1D>(() => tf.zeros([outputs]));
    return (x: tf.Tensor4D, activation: 'relu' | 'none', residual?: tf.Tensor4D): tf.Tensor4D => {
      const y = tf.conv2d(x, filter, stride, kernel === 3 ? 1 : 0);
      return batchNormTraining(y, gamma, beta, { activation, residual }).y;
    };
  };
  const stem = layer(3, 8, 3, 1, 1);
  const first = layer(8, 16, 3, 2, 2);
  const second = layer(16, 16, 3, 1, 3);
  const shortcut = layer(8, 16, 1, 2, 4);
  const classifier = weight<tf.Tensor2D>(() => tf.mul(sample([16, 4], 5), 0.3));
  const images = sample([8, 8, 8, 3], 6) as tf.Tensor4D;
  const labels = tf.oneHot(
    Array.from({ length: 8 }, (_, i) => i % 4),
    4,
  );
  const loss = (): tf.Scalar => {
    const x = stem(images, 'relu');
    const y = second(first(x, 'relu'), 'relu', shortcut(x, 'none'));
    const logits = tf.matMul(tf.mean(y, [1, 2]) as tf.Tensor2D, classifier);
    return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1)));
  };
  const optimizer = tf.train.sgd(0.3);
  const losses = Array.from({ length: steps }, () =>
    tf.tidy(() => optimizer.minimize(loss, true, weights)?.dataSync()[0] ?? NaN),
  );
  const final = weights.flatMap((variable) => [...variable.dataSync()]);
  tf.dispose([images, labels, ...weights]);
  optimizer.dispose();
  return { losses, weights: final };
}

describe.skipIf(!native)(nativeTitle('training on the backend tensorflow'), () => {
  beforeAll(startBackends);
  beforeEach(async () => {
    await tf.setBackend('tensorflow');
  });

  it('learns as plain JavaScript does', async () => {
    const { losses } = train(4);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    await tf.setBackend('cpu');
    expectClose(losses, train(4).losses);
  });

  it('gives the same weights twice, bit for bit, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    const once = train(8);
    expect(tf.memory().numTensors).toBe(before);
    expect(train(8)).toEqual(once);
  });

  it('keeps no memory of its own over 300 steps of a small op', () => {
    const backend = tf.backend() as tf.KernelBackend & { getNumOfTFTensors(): number };
    const step = () =>
      tf.tidy(() =>
        tf
          .grad(
            (x: tf.Tensor) => batchNormTraining(x, tf.ones([3]), tf.zeros([3]), { activation: 'relu' }).y,
          )(sample([4, 3]))
          .dataSync(),
      );
    step();
    const before = backend.getNumOfTFTensors();
    for (let i = 0; i < 300; i++) step();
    expect(backend.getNumOfTFTensors()).toBe(before);
  });
});
