import { useBackend } from '@ssl/backend/node';
import { l2Normalize } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenCase, goldenTensor, numberOf, readGolden } from '../fixtures/golden.testing.ts';
import { infoNceLoss } from './info-nce-loss.ts';

const queued = readGolden('info-nce.json').filter(({ inputs }) => 'queue' in inputs);

describe.each(['wasm', 'cpu'] as const)('infoNceLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(queued)('$name, against solo-learn', (reference) => {
    tf.tidy(() => {
      const keys = goldenTensor<tf.Tensor2D>(reference.inputs, 'k');
      const negatives = tf.transpose(goldenTensor<tf.Tensor2D>(reference.inputs, 'queue'));
      const temperature = numberOf(reference, 'temperature');
      const { value, grad } = tf.valueAndGrad((q: tf.Tensor) =>
        infoNceLoss(q as tf.Tensor2D, keys, { temperature, negatives }),
      )(goldenTensor(reference.inputs, 'q'));
      expectGolden(value, reference, 'loss');
      expectGolden(grad, reference, 'grad_q');
    });
  });

  it('nnclr, against solo-learn', () => {
    tf.tidy(() => {
      const reference = goldenCase('info-nce.json')('nnclr');
      const unit = (name: string): tf.Tensor2D => l2Normalize(goldenTensor(reference.inputs, name));
      const nearest = tf.argMax(tf.matMul(unit('z'), unit('bank'), false, true), 1);
      expectGolden(nearest, reference, 'nn_index');
      const neighbours = tf.gather(unit('bank'), nearest);
      const { value, grad } = tf.valueAndGrad((p: tf.Tensor) =>
        infoNceLoss(neighbours, l2Normalize(p as tf.Tensor2D), {
          temperature: numberOf(reference, 'temperature'),
        }),
      )(goldenTensor(reference.inputs, 'p'));
      expectGolden(value, reference, 'loss');
      expectGolden(grad, reference, 'grad_p');
    });
  });

  it('is the log of the number of choices where all point the same way', () => {
    tf.tidy(() => {
      const rows = l2Normalize(tf.ones([4, 3]));
      expect(infoNceLoss(rows, rows).dataSync()[0]).toBeCloseTo(Math.log(4), 4);
      expect(infoNceLoss(rows, rows, { negatives: l2Normalize(tf.ones([7, 3])) }).dataSync()[0]).toBeCloseTo(
        Math.log(8),
        4,
      );
    });
  });

  it('names the shapes where they do not fit', () => {
    tf.tidy(() => {
      expect(() => infoNceLoss(tf.ones([4, 3]), tf.ones([4, 2]))).toThrow('got [4,3], [4,2]');
      expect(() => infoNceLoss(tf.ones([4, 3]), tf.ones([4, 3]), { negatives: tf.ones([9, 2]) })).toThrow(
        'got [4,3], [4,3], [9,2]',
      );
    });
  });
});
