import { isUserError } from '@ssl/errors';
import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod } from '../fixtures/method-trial.testing.ts';
import { crossEntropyLoss } from '../losses/cross-entropy-loss.ts';
import { supervised } from './supervised.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('supervised', () => {
  it('says what is missing where the data have no labels', () => {
    const init = (): unknown => tryMethod(supervised);
    expect(init).toThrow('supervised: the data set has no labels; use one with a sub-folder for each class');
    expect(init).toThrow(expect.toSatisfy(isUserError));
  });

  it('learns from the samples whose label is known', () => {
    expect(supervised.streams?.({ labelSmoothing: 0 }, 4)).toEqual({ labelled: { from: 'labelled' } });
  });

  it('is the cross-entropy of its logits on the labels', () => {
    const { assess, dispose } = tryMethod(supervised, { labelSmoothing: 0.1 }, { classes: 3 });
    tf.tidy(() => {
      const labels = tf.tensor1d([0, 2, 1, 2], 'int32');
      const inputs = tf.randomUniform([4, 8, 8, 3], 0, 1, 'float32', 1);
      const { loss, outputs, metrics } = assess({ groups: { view: trialGroup(inputs, 1, { labels }) } });
      expect(outputs['logits']?.shape).toEqual([4, 3]);
      const expected = crossEntropyLoss(outputs['logits'] as tf.Tensor2D, labels, { labelSmoothing: 0.1 });
      expect(loss.dataSync()).toEqual(expected.dataSync());
      expect(Object.keys(metrics)).toEqual(['accuracy']);
    });
    dispose();
  });
});
