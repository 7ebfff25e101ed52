import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, readGolden } from '../fixtures/golden.testing.ts';
import { maeLoss } from './mae-loss.ts';
import { patchify } from './patchify.ts';

describe.each(['wasm', 'cpu'] as const)('maeLoss on %s, against the authors’ code', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('mae.json'))('$name', (reference) => {
    tf.tidy(() => {
      const { params, inputs } = reference;
      const target = patchify(goldenTensor(inputs, 'images'), params['patch'] as number);
      const mask = goldenTensor<tf.Tensor2D>(inputs, 'mask');
      const { value, grad } = tf.valueAndGrad((prediction) =>
        maeLoss(prediction as tf.Tensor3D, target, mask, {
          normalizePixels: params['norm_pix_loss'] as boolean,
        }),
      )(goldenTensor(inputs, 'pred'));
      expectGolden(value, reference, 'loss');
      expectGolden(grad, reference, 'grad_pred');
    });
  });
});

describe('maeLoss', () => {
  const noise = (seed: number, shape: [number, number, number]): tf.Tensor3D => {
    const random = createRandom(seed);
    return tf.tensor3d(
      Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, () => random.uniform()),
      shape,
    );
  };

  it('is the mean over the removed patches of the whole batch, not the mean of the samples’ means', () => {
    tf.tidy(() => {
      const prediction = tf.tensor3d([1, 1, 2, 2, 3, 3, 4, 4], [2, 2, 2]);
      const mask = tf.tensor2d([1, 1, 0, 1], [2, 2]);
      expect(maeLoss(prediction, tf.zerosLike(prediction), mask).dataSync()[0]).toBeCloseTo(
        (1 + 4 + 16) / 3,
        5,
      );
    });
  });

  it('does not look at kept patches, and is 0 where none is removed', () => {
    tf.tidy(() => {
      const [prediction, target] = [noise(1, [2, 3, 4]), noise(2, [2, 3, 4])];
      const mask = tf.tensor2d([1, 0, 1, 0, 0, 1], [2, 3]);
      const gradient = tf.grad((x) => maeLoss(x as tf.Tensor3D, target, mask))(prediction);
      const perPatch = tf.sum(tf.abs(gradient), 2).dataSync();
      expect([...perPatch].map((size) => size > 0)).toEqual([true, false, true, false, false, true]);
      const { value, grad } = tf.valueAndGrad((x) => maeLoss(x as tf.Tensor3D, target, tf.zeros([2, 3])))(
        prediction,
      );
      expect(value.dataSync()[0]).toBe(0);
      expect(grad.dataSync().every((entry) => entry === 0)).toBe(true);
    });
  });

  it('with normalizePixels does not depend on a patch’s brightness and contrast, and a flat patch is finite', () => {
    tf.tidy(() => {
      const [prediction, target] = [noise(3, [1, 4, 12]), noise(4, [1, 4, 12])];
      const mask = tf.ones<tf.Rank.R2>([1, 4]);
      const loss = (of: tf.Tensor): number =>
        maeLoss(prediction, of as tf.Tensor3D, mask, { normalizePixels: true }).dataSync()[0] as number;
      expect(loss(tf.add(tf.mul(target, 3), 5))).toBeCloseTo(loss(target), 3);
      expect(loss(tf.ones([1, 4, 12]))).toBeCloseTo(
        tf.mean(tf.square(prediction)).dataSync()[0] as number,
        5,
      );
    });
  });

  it('has the gradient that finite differences give, for the target as well', () => {
    tf.tidy(() => {
      const [prediction, target] = [noise(5, [1, 3, 4]), noise(6, [1, 3, 4])];
      const mask = tf.tensor2d([1, 0, 1], [1, 3]);
      const loss = (of: tf.Tensor): tf.Scalar =>
        maeLoss(prediction, of as tf.Tensor3D, mask, { normalizePixels: true });
      const gradient = tf.grad(loss)(target).dataSync();
      const values = target.dataSync();
      for (const index of [0, 3, 5, 10]) {
        const shifted = (by: number): number => {
          const moved = values.slice();
          moved[index] = (moved[index] as number) + by;
          return loss(tf.tensor3d(moved, [1, 3, 4])).dataSync()[0] as number;
        };
        const difference = (shifted(0.005) - shifted(-0.005)) / 0.01;
        expect(Math.abs((gradient[index] as number) - difference)).toBeLessThan(
          5e-3 * Math.max(1, Math.abs(difference)),
        );
      }
    });
  });

  it('leaves no tensor behind but its result', () => {
    const inputs = [noise(1, [1, 2, 3]), noise(2, [1, 2, 3])] as const;
    const mask = tf.ones<tf.Rank.R2>([1, 2]);
    const before = tf.memory().numTensors;
    const loss = maeLoss(...inputs, mask, { normalizePixels: true });
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([...inputs, mask, loss]);
  });

  it('names the shapes that do not match', () => {
    tf.tidy(() => {
      expect(() => maeLoss(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 5]), tf.zeros([2, 3]))).toThrow(
        'maeLoss: expected prediction and target [batch,patches,values] and mask [batch,patches], got [2,3,4], [2,3,5] ' +
          'and [2,3]',
      );
      expect(() => maeLoss(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 4]), tf.zeros([3, 2]))).toThrow('and [3,2]');
      expect(() =>
        maeLoss(tf.zeros([1, 3, 1]), tf.zeros([1, 3, 1]), tf.ones([1, 3]), { normalizePixels: true }),
      ).toThrow('normalizePixels needs patches of at least 2 values');
    });
  });
});
