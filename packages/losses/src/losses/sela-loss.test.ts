import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenCase, goldenTensor, numberOf } from '../fixtures/golden.testing.ts';
import { selaLoss } from './sela-loss.ts';

const golden = goldenCase('cross-entropy.json');

describe.each(['wasm', 'cpu'] as const)('selaLoss on %s, against the authors’ code', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(['sela_cross_entropy_1head', 'sela_cross_entropy_3heads'])('%s', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const logits = Array.from({ length: numberOf(reference, 'heads') }, (_, head) =>
        goldenTensor<tf.Tensor2D>(reference.inputs, `logits_h${head}`),
      );
      const labels = tf.unstack(goldenTensor<tf.Tensor2D>(reference.inputs, 'labels')) as tf.Tensor1D[];
      const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) =>
        selaLoss(inputs as tf.Tensor2D[], labels),
      )(logits);
      expectGolden(value, reference, 'loss');
      for (const [head, gradient] of grads.entries())
        expectGolden(gradient, reference, `grad_logits_h${head}`);
    });
  });
});

describe('selaLoss', () => {
  it('wants labels for each head', () => {
    tf.tidy(() => {
      expect(() => selaLoss([tf.ones([2, 3])], [])).toThrow(
        'selaLoss: expected logits and labels of the same heads, at least one, got 1 and 0',
      );
    });
  });
});
