import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod } from '../fixtures/method-trial.testing.ts';
import { vicregLoss } from '../losses/vicreg-loss.ts';
import { viewMajor } from '../parts/view-major.ts';
import { vicreg } from './vicreg.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('vicreg', () => {
  it('is the loss of the embeddings by the weights of the options, and logs its terms', () => {
    const weights = { invariance: 3, variance: 5, covariance: 7 };
    const trial = tryMethod(vicreg, { hiddenDim: 8, outDim: 6, ...weights });
    tf.tidy(() => {
      const images = tf.randomUniform([8, 8, 8, 3], 0, 1, 'float32', 1);
      const { loss, outputs, metrics } = trial.assess({ groups: { views: trialGroup(images, 2) } });
      const expected = vicregLoss(viewMajor(outputs.projections as tf.Tensor), weights);
      expect(loss.dataSync()).toEqual(expected.loss.dataSync());
      const sum = Object.entries(weights).reduce(
        (total, [name, weight]) => total + weight * (metrics[name]?.dataSync()[0] as number),
        0,
      );
      expect(sum).toBeCloseTo(loss.dataSync()[0] as number, 4);
    });
    trial.dispose();
  });
});
