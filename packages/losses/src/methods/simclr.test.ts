import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod } from '../fixtures/method-trial.testing.ts';
import { ntXentLoss } from '../losses/nt-xent-loss.ts';
import { viewMajor } from '../parts/view-major.ts';
import { simclr } from './simclr.ts';

const batchSize = 4;

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('simclr', () => {
  it('is NT-Xent of the projections, each view of a sample behind it', () => {
    const trial = tryMethod(simclr, { hiddenDim: 8, outDim: 4, temperature: 0.2 }, { batchSize });
    tf.tidy(() => {
      const images = tf.randomUniform([2 * batchSize, 8, 8, 3], 0, 1, 'float32', 1);
      const { loss, outputs, metrics } = trial.assess({ groups: { views: trialGroup(images, 2) } });
      expect(outputs.features.shape).toEqual([batchSize, 2, 8]);
      expect(outputs.projections?.shape).toEqual([batchSize, 2, 4]);
      const expected = ntXentLoss(viewMajor(outputs.projections as tf.Tensor), { temperature: 0.2 });
      expect(loss.dataSync()).toEqual(expected.dataSync());
      expect(Object.keys(metrics)).toEqual(['pairingAccuracy']);
    });
    trial.dispose();
  });

  it('pairs all where both views are the same, and tells what chance would be', () => {
    const trial = tryMethod(simclr, { hiddenDim: 8, outDim: 4 }, { batchSize });
    tf.tidy(() => {
      const image = tf.randomUniform([batchSize, 8, 8, 3], 0, 1, 'float32', 1);
      const { metrics } = trial.assess({ groups: { views: trialGroup(tf.concat([image, image]), 2) } });
      expect(metrics['pairingAccuracy']?.dataSync()[0]).toBe(1);
    });
    const context = { dataset: { length: 8 }, input: trial.at().input, batchSize };
    const described = simclr.metrics?.(trial.options, context) ?? {};
    expect(described['loss']?.chance).toBeCloseTo(Math.log(7));
    expect(described['pairingAccuracy']?.chance).toBeCloseTo(1 / 7);
    trial.dispose();
  });
});
