import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenCase, goldenTensor } from '../fixtures/golden.testing.ts';
import { negativeCosine, simsiamLoss } from './simsiam-loss.ts';

describe.each(['wasm', 'cpu'] as const)('simsiamLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it('simsiam_symmetric, against the authors’ code', () => {
    tf.tidy(() => {
      const reference = goldenCase('simsiam.json')('simsiam_symmetric');
      const input = (name: string): tf.Tensor2D => goldenTensor(reference.inputs, name);
      const targets = tf.concat([input('z1'), input('z2')]);
      const { value, grads } = tf.valueAndGrads((p1: tf.Tensor, p2: tf.Tensor) =>
        simsiamLoss(tf.concat([p1, p2]) as tf.Tensor2D, targets),
      )([input('p1'), input('p2')]);
      expectGolden(value, reference, 'loss');
      expectGolden(grads[0] as tf.Tensor, reference, 'grad_p1');
      expectGolden(grads[1] as tf.Tensor, reference, 'grad_p2');
    });
  });

  it('negative_cosine, against lightly', () => {
    tf.tidy(() => {
      const reference = goldenCase('simsiam.json')('negative_cosine');
      const { value, grads } = tf.valueAndGrads((p: tf.Tensor, z: tf.Tensor) =>
        negativeCosine(p as tf.Tensor2D, z as tf.Tensor2D),
      )([goldenTensor(reference.inputs, 'p'), goldenTensor(reference.inputs, 'z')]);
      expectGolden(value, reference, 'loss');
      expectGolden(grads[0] as tf.Tensor, reference, 'grad_p');
      expectGolden(grads[1] as tf.Tensor, reference, 'grad_z');
    });
  });

  it('names both shapes where they do not fit', () => {
    tf.tidy(() => {
      expect(() => simsiamLoss(tf.ones([4, 3]), tf.ones([4, 2]))).toThrow(
        'simsiamLoss: predictions and targets must both be [2 × batch,dim], got [4,3] and [4,2]',
      );
    });
  });
});
