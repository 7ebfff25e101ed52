import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, numberOf, readGolden } from '../fixtures/golden.testing.ts';
import { vicregLoss } from './vicreg-loss.ts';

describe.each(['wasm', 'cpu'] as const)('vicregLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('vicreg.json'))('$name, against the authors’ code', (reference) => {
    tf.tidy(() => {
      const options = {
        invariance: numberOf(reference, 'sim'),
        variance: numberOf(reference, 'std'),
        covariance: numberOf(reference, 'cov'),
        epsilon: numberOf(reference, 'eps'),
      };
      const inputs = ['z0', 'z1'].map((name) => goldenTensor<tf.Tensor2D>(reference.inputs, name));
      const { value, grads } = tf.valueAndGrads(
        (z0: tf.Tensor, z1: tf.Tensor) => vicregLoss(tf.concat([z0, z1]) as tf.Tensor2D, options).loss,
      )(inputs);
      expectGolden(value, reference, 'loss');
      expectGolden(grads[0] as tf.Tensor, reference, 'grad_z0');
      expectGolden(grads[1] as tf.Tensor, reference, 'grad_z1');
      const parts = vicregLoss(tf.concat(inputs), options);
      for (const name of ['invariance', 'variance', 'covariance'] as const) {
        expectGolden(parts[name], reference, name);
      }
    });
  });

  it('has a finite gradient where all rows are alike', () => {
    tf.tidy(() => {
      const grad = tf.grad((z: tf.Tensor) => vicregLoss(z as tf.Tensor2D).loss)(tf.ones([6, 3]));
      expect([...grad.dataSync()].every(Number.isFinite)).toBe(true);
    });
  });

  it.each([
    [3, 2],
    [2, 2],
  ])('names the shape where it does not fit: %i × %i', (rows, dim) => {
    tf.tidy(() => {
      expect(() => vicregLoss(tf.ones([rows, dim]))).toThrow(
        `vicregLoss: projections must be [2 × batch,dim] of a batch of at least 2, got [${rows},${dim}]`,
      );
    });
  });
});
