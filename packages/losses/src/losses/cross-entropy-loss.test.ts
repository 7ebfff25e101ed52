import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchAccuracy, crossEntropyLoss } from './cross-entropy-loss.ts';
import { expectGolden, goldenCase, goldenTensor, numberOf } from '../fixtures/golden.testing.ts';

const golden = goldenCase('cross-entropy.json');

describe.each(['wasm', 'cpu'] as const)('crossEntropyLoss on %s, against PyTorch', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(['rotation_cross_entropy', 'cross_entropy_large_logits', 'softmax_cross_entropy_label_smoothing'])(
    '%s',
    (name) => {
      tf.tidy(() => {
        const reference = golden(name);
        const labelSmoothing = 'smoothing' in reference.params ? numberOf(reference, 'smoothing') : 0;
        const labels = goldenTensor<tf.Tensor1D>(reference.inputs, 'labels');
        const { value, grad } = tf.valueAndGrad((logits) =>
          crossEntropyLoss(logits as tf.Tensor2D, labels, { labelSmoothing }),
        )(goldenTensor(reference.inputs, 'logits'));
        expectGolden(value, reference, 'loss');
        expectGolden(grad, reference, 'grad_logits');
      });
    },
  );
});

describe('crossEntropyLoss', () => {
  it('leaves out rows without a label', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([1, 2, 5, 0, 3, 3], [3, 2]);
      const some = crossEntropyLoss(logits, tf.tensor1d([1, -1, 0], 'int32'), { labelSmoothing: 0.2 });
      const kept = crossEntropyLoss(tf.gather(logits, [0, 2]), tf.tensor1d([1, 0], 'int32'), {
        labelSmoothing: 0.2,
      });
      expect(some.dataSync()[0]).toBeCloseTo(kept.dataSync()[0] as number, 6);
      expect(crossEntropyLoss(logits, tf.tensor1d([-1, -1, -1], 'int32')).dataSync()[0]).toBeCloseTo(0);
    });
  });

  it('is log(classes) for uniform logits', () => {
    tf.tidy(() => {
      const loss = crossEntropyLoss(tf.ones([2, 4]), tf.tensor1d([0, 3], 'int32'));
      expect(loss.dataSync()[0]).toBeCloseTo(Math.log(4), 6);
    });
  });

  it('names both shapes where they do not match', () => {
    tf.tidy(() => {
      expect(() => crossEntropyLoss(tf.ones([2, 4]), tf.tensor1d([0], 'int32'))).toThrow(
        'crossEntropyLoss: expected logits [rows,classes] and labels [rows], got [2,4] and [1]',
      );
    });
  });
});

describe('batchAccuracy', () => {
  it('is the share of labelled rows that are right', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([1, 2, 5, 0, 3, 4], [3, 2]);
      expect(batchAccuracy(logits, tf.tensor1d([1, 1, -1], 'int32')).dataSync()[0]).toBe(0.5);
      expect(batchAccuracy(logits, tf.tensor1d([-1, -1, -1], 'int32')).dataSync()[0]).toBe(0);
    });
  });
});
