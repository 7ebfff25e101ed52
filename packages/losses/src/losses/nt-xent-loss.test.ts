import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, numberOf, readGolden } from '../fixtures/golden.testing.ts';
import { ntXentLoss } from './nt-xent-loss.ts';

describe.each(['wasm', 'cpu'] as const)('ntXentLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('nt-xent.json'))('$name, against lightly', (reference) => {
    tf.tidy(() => {
      const temperature = numberOf(reference, 'temperature');
      const { value, grads } = tf.valueAndGrads((z0: tf.Tensor, z1: tf.Tensor) =>
        ntXentLoss(tf.concat([z0, z1]) as tf.Tensor2D, { temperature }),
      )([goldenTensor(reference.inputs, 'z0'), goldenTensor(reference.inputs, 'z1')]);
      expectGolden(value, reference, 'loss');
      expectGolden(grads[0] as tf.Tensor, reference, 'grad_z0');
      expectGolden(grads[1] as tf.Tensor, reference, 'grad_z1');
    });
  });

  it('is log(2 × batch − 1) where all rows point the same way, at any length and temperature', () => {
    tf.tidy(() => {
      const rows = tf.mul(tf.ones([6, 3]), [[1], [2], [3], [4], [5], [6]]) as tf.Tensor2D;
      for (const temperature of [0.01, 0.5]) {
        expect(ntXentLoss(rows, { temperature }).dataSync()[0]).toBeCloseTo(Math.log(5), 4);
      }
    });
  });

  it('names the shape where it does not fit', () => {
    tf.tidy(() => {
      expect(() => ntXentLoss(tf.ones([3, 2]))).toThrow(
        'ntXentLoss: projections must be [2 × batch,dim], got [3,2]',
      );
    });
  });
});
