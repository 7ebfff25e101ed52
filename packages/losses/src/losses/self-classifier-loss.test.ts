import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, readGolden, type GoldenCase } from '../fixtures/golden.testing.ts';
import { selfClassifierLoss } from './self-classifier-loss.ts';

const cases = readGolden('self-classifier.json').filter(({ name }) => name !== 'selfclassifier_nnqueue');

describe.each(['wasm', 'cpu'] as const)('selfClassifierLoss on %s, against the authors’ code', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(cases)('$name', (reference) => {
    tf.tidy(() => {
      const params = reference.params as Record<'row_tau' | 'col_tau' | 'eps' | 'globalViews', number>;
      const logits = stackedLogits(reference);
      const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) =>
        selfClassifierLoss(inputs as tf.Tensor3D[], {
          globalViews: params.globalViews,
          rowTemperature: params.row_tau,
          columnTemperature: params.col_tau,
          epsilon: params.eps,
        }),
      )(logits);
      expectGolden(value, reference, 'loss');
      for (const [classifier, gradient] of grads.entries()) {
        for (const [view, of] of tf.unstack(gradient).entries()) {
          expectGolden(of, reference, `grad_logits_c${classifier}_v${view}`);
        }
      }
    });
  });
});

describe('selfClassifierLoss', () => {
  it('has the gradient that finite differences give', () => {
    tf.tidy(() => {
      const random = createRandom(3);
      const values = Float32Array.from({ length: 4 * 5 * 3 }, () => random.uniform(-0.3, 0.3));
      const at = (offsets: Float32Array): tf.Scalar =>
        selfClassifierLoss([tf.tensor3d(offsets, [4, 5, 3])], {
          rowTemperature: 0.5,
          columnTemperature: 0.3,
        });
      const gradient = tf
        .grad((s) => selfClassifierLoss([s as tf.Tensor3D], { rowTemperature: 0.5, columnTemperature: 0.3 }))(
          tf.tensor3d(values, [4, 5, 3]),
        )
        .dataSync();
      for (const index of [0, 7, 22, 38, 59]) {
        const shifted = (by: number): number => {
          const moved = values.slice();
          moved[index] = (moved[index] as number) + by;
          return at(moved).dataSync()[0] as number;
        };
        const difference = (shifted(0.01) - shifted(-0.01)) / 0.02;
        expect(Math.abs((gradient[index] as number) - difference)).toBeLessThan(
          2e-3 * Math.max(1, Math.abs(difference)),
        );
      }
    });
  });

  it('is log C for uniform logits, and nearly 0 for sure, equal and balanced ones', () => {
    tf.tidy(() => {
      expect(selfClassifierLoss([tf.zeros([2, 8, 4])]).dataSync()[0]).toBeCloseTo(Math.log(4), 5);
      const labels = tf.tensor1d([0, 1, 2, 3, 3, 2, 1, 0], 'int32');
      const sure = tf.stack([tf.oneHot(labels, 4), tf.oneHot(labels, 4)]);
      expect(selfClassifierLoss([tf.mul(sure, 20)]).dataSync()[0]).toBeCloseTo(0, 5);
    });
  });

  it('stays finite at any size of logits, and with the script’s ε of 1e-12', () => {
    tf.tidy(() => {
      const random = createRandom(4);
      for (const size of [1e-6, 1, 1e3, 1e6, 1e30]) {
        const values = Float32Array.from({ length: 2 * 8 * 5 }, () => size * random.uniform(-1, 1));
        const logits = tf.tensor3d(values, [2, 8, 5]);
        const { value, grad } = tf.valueAndGrad((s) => selfClassifierLoss([s as tf.Tensor3D]))(logits);
        expect(value.dataSync().every(Number.isFinite)).toBe(true);
        expect(grad.dataSync().every(Number.isFinite)).toBe(true);
      }
    });
  });

  it('says what is wrong with its logits', () => {
    expect(() => selfClassifierLoss([])).toThrow(
      'selfClassifierLoss: expected logits of at least one classifier',
    );
    expect(() => selfClassifierLoss([tf.zeros([2, 8, 4]), tf.zeros([2, 7, 4])])).toThrow(
      'got [2,8,4] and [2,7,4]',
    );
    expect(() => selfClassifierLoss([tf.zeros([1, 8, 4])])).toThrow(
      'logits must be [views ≥ 2, batch, classes]',
    );
  });

  it('leaves no tensor behind but its result', () => {
    const logits = tf.zeros<tf.Rank.R3>([2, 8, 4]);
    const before = tf.memory().numTensors;
    const loss = selfClassifierLoss([logits]);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([loss, logits]);
  });
});

function stackedLogits({ inputs, params }: GoldenCase): tf.Tensor3D[] {
  return (params['classes'] as number[]).map(
    (_, classifier) =>
      tf.stack(
        Array.from({ length: params['views'] as number }, (_entry, view) =>
          goldenTensor(inputs, `logits_c${classifier}_v${view}`),
        ),
      ) as tf.Tensor3D,
  );
}
