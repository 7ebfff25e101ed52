import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenCase, goldenTensor } from '../fixtures/golden.testing.ts';
import { peakSignalToNoise, reconstructionLoss } from './reconstruction-loss.ts';

const golden = goldenCase('reconstruction.json');

describe.each(['wasm', 'cpu'] as const)('reconstructionLoss on %s, against PyTorch', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each([
    ['superres_mse', 'mse'],
    ['superres_l1', 'l1'],
    ['superres_smooth_l1', 'smooth-l1'],
  ] as const)('%s', (name, kind) => {
    tf.tidy(() => {
      const reference = golden(name);
      const target = goldenTensor(reference.inputs, 'target');
      const prediction = goldenTensor(reference.inputs, 'pred');
      const { value, grad } = tf.valueAndGrad((x) => reconstructionLoss(x, target, kind))(prediction);
      expectGolden(value, reference, 'loss');
      expectGolden(grad, reference, 'grad_pred');
      expectGolden(peakSignalToNoise(prediction, target), reference, 'psnr');
    });
  });
});

describe('reconstructionLoss', () => {
  it('counts large differences of smooth L1 by their size', () => {
    tf.tidy(() => {
      const loss = reconstructionLoss(tf.tensor1d([3, -0.5]), tf.zeros([2]), 'smooth-l1');
      expect(loss.dataSync()[0]).toBeCloseTo((2.5 + 0.125) / 2, 6);
    });
  });

  it('names both shapes where they differ', () => {
    tf.tidy(() => {
      expect(() => reconstructionLoss(tf.ones([2, 4]), tf.ones([2, 5]))).toThrow(
        'reconstructionLoss: the reconstruction [2,4] and its target [2,5] must have the same shape',
      );
    });
  });
});
