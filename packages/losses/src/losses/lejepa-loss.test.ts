import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, numberOf, readGolden } from '../fixtures/golden.testing.ts';
import { lejepaLoss } from './lejepa-loss.ts';

describe.each(['wasm', 'cpu'] as const)('lejepaLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('lejepa.json'))('$name, against the authors’ code', (reference) => {
    tf.tidy(() => {
      const options = { lambda: numberOf(reference, 'lambda'), knots: numberOf(reference, 'knots') };
      const directions = goldenTensor<tf.Tensor2D>(reference.inputs, 'directions');
      const projections = goldenTensor<tf.Tensor3D>(reference.inputs, 'projections');
      const { value, grad } = tf.valueAndGrad(
        (x: tf.Tensor) => lejepaLoss(x as tf.Tensor3D, directions, options).loss,
      )(projections);
      expectGolden(value, reference, 'loss');
      expectGolden(grad, reference, 'grad_projections');
      const parts = lejepaLoss(projections, directions, options);
      expectGolden(parts.invariance, reference, 'invariance');
      expectGolden(parts.sigreg, reference, 'sigreg');
    });
  });

  it('holds a normal distribution for better than a collapsed or a stretched one', () => {
    tf.tidy(() => {
      const random = createRandom(3);
      const normal = (deviation: number, size: number): Float32Array =>
        Float32Array.from({ length: size }, () => random.normal(0, deviation));
      const directions = tf.tensor2d(normal(1, 8 * 32), [8, 32]);
      const sigregOf = (deviation: number): number =>
        lejepaLoss(
          tf.tensor3d(normal(deviation, 256 * 8), [1, 256, 8]),
          directions,
        ).sigreg.dataSync()[0] as number;
      const [standard, collapsed, stretched] = [sigregOf(1), sigregOf(0.05), sigregOf(4)];
      expect(standard).toBeLessThan(2);
      expect(collapsed).toBeGreaterThan(10 * standard);
      expect(stretched).toBeGreaterThan(10 * standard);
    });
  });

  it('names both shapes where they do not fit', () => {
    tf.tidy(() => {
      expect(() => lejepaLoss(tf.ones([2, 4, 3]), tf.ones([4, 5]))).toThrow(
        'lejepaLoss: expected projections [views,batch,dim] and directions [dim,slices], got [2,4,3] and [4,5]',
      );
    });
  });
});
