import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, numberOf, readGolden } from '../fixtures/golden.testing.ts';
import { swavAssignments, swavLoss } from './swav-loss.ts';

describe.each(['wasm', 'cpu'] as const)('swavLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('swav.json'))('$name, against lightly and the authors’ codes', (reference) => {
    tf.tidy(() => {
      const codes = {
        epsilon: numberOf(reference, 'epsilon'),
        iterations: numberOf(reference, 'sinkhorn_iterations'),
      };
      const globalViews = Object.keys(reference.outputs).filter((name) => /^q\d$/.test(name)).length;
      const lossOf = (...scores: tf.Tensor[]): tf.Scalar => {
        const assignments = scores
          .slice(0, globalViews)
          .map((score) => swavAssignments(score as tf.Tensor2D, codes));
        for (const [view, q] of assignments.entries()) expectGolden(q, reference, `q${view}`);
        return swavLoss(scores as tf.Tensor2D[], assignments, {
          temperature: numberOf(reference, 'temperature'),
        });
      };
      const names = Object.keys(reference.inputs);
      const { value, grads } = tf.valueAndGrads(lossOf)(
        names.map((name) => goldenTensor(reference.inputs, name)),
      );
      expectGolden(value, reference, 'loss');
      for (const [at, name] of names.entries()) {
        expectGolden(grads[at] as tf.Tensor, reference, `grad_${name}`);
      }
    });
  });

  it('gives every prototype an equal share of the rows, large scores or small', () => {
    tf.tidy(() => {
      const scores = tf.mul(tf.randomNormal([64, 4], 0, 1, 'float32', 7), 100) as tf.Tensor2D;
      const shares = swavAssignments(scores, { epsilon: 20, iterations: 50 });
      expect([...tf.sum(shares, 1).dataSync()].every((sum) => Math.abs(sum - 1) < 1e-4)).toBe(true);
      for (const share of tf.sum(shares, 0).dataSync()) expect(share).toBeCloseTo(16, 1);
    });
  });

  it('is log(prototypes) for equal scores', () => {
    tf.tidy(() => {
      const scores = tf.zeros<tf.Rank.R2>([6, 5]);
      expect(swavLoss([scores, scores], [swavAssignments(scores)]).dataSync()[0]).toBeCloseTo(Math.log(5), 5);
    });
  });

  it('names the shapes where they do not fit', () => {
    tf.tidy(() => {
      const scores = tf.zeros<tf.Rank.R2>([6, 5]);
      expect(() => swavLoss([scores], [scores])).toThrow('got 1 and 1: [6,5], [6,5]');
      expect(() => swavLoss([scores, tf.zeros([6, 4])], [scores])).toThrow(
        'got 2 and 1: [6,5], [6,4], [6,5]',
      );
    });
  });
});
