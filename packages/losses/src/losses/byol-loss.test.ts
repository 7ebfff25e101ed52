import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { byolLoss } from './byol-loss.ts';
import { expectGolden, goldenCase, goldenTensor } from '../fixtures/golden.testing.ts';

describe.each(['wasm', 'cpu'] as const)('byolLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it('byol_symmetric, against solo-learn', () => {
    tf.tidy(() => {
      const reference = goldenCase('byol.json')('byol_symmetric');
      const input = (name: string): tf.Tensor2D => goldenTensor(reference.inputs, name);
      const targets = tf.concat([input('z1'), input('z2')]);
      const { value, grads } = tf.valueAndGrads((p1: tf.Tensor, p2: tf.Tensor) =>
        byolLoss(tf.concat([p1, p2]) as tf.Tensor2D, targets),
      )([input('p1'), input('p2')]);
      expectGolden(value, reference, 'loss');
      expectGolden(grads[0] as tf.Tensor, reference, 'grad_p1');
      expectGolden(grads[1] as tf.Tensor, reference, 'grad_p2');
    });
  });

  it('is 0 where predictions point where the other view’s targets do, at any length', () => {
    tf.tidy(() => {
      const [a, b] = [tf.tensor2d([[3, 4]]), tf.tensor2d([[0, 2]])];
      const loss = byolLoss(tf.concat([a, b]), tf.mul(tf.concat([b, a]), 7));
      expect(loss.dataSync()[0]).toBeCloseTo(0, 5);
      expect(byolLoss(tf.zeros([2, 2]), tf.zeros([2, 2])).dataSync()[0]).toBe(4);
    });
  });

  it('names both shapes where they do not fit', () => {
    tf.tidy(() => {
      expect(() => byolLoss(tf.ones([4, 3]), tf.ones([4, 2]))).toThrow(
        'byolLoss: predictions and targets must both be [2 × batch,dim], got [4,3] and [4,2]',
      );
    });
  });
});
