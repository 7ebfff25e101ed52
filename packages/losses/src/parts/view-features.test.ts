import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeModule, type StatisticsUpdate } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, trialInput } from '../fixtures/method-trial.testing.ts';
import type { ViewGroup, Views } from '../method.ts';
import { groupOf, viewCount, viewFeatures } from './view-features.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('viewFeatures', () => {
  it('keeps the order of views, and shares batch statistics among views of one size', () => {
    const backbone = createBackbone('resnet-tiny', {
      random: createRandom(0),
      input: trialInput(8),
      options: { width: 2 },
    });
    tf.tidy(() => {
      const group = (count: number, side: number, seed: number): ViewGroup =>
        trialGroup(tf.randomUniform([2 * count, side, side, 3], 0, 1, 'float32', seed), count);
      const views: Views = {
        groups: { plain: group(1, 8, 1), blurred: group(1, 8, 2), local: group(3, 4, 3) },
      };
      expect(viewCount(views)).toBe(5);

      const evaluation = { training: false };
      const expected = tf.concat(
        Object.values(views.groups).map(({ inputs }) => backbone.features(inputs, evaluation)),
      );
      const features = viewFeatures(backbone, views, evaluation);
      expect(features.shape).toEqual([10, 8]);
      expect(tf.max(tf.abs(tf.sub(features, expected))).dataSync()[0]).toBeLessThan(1e-6);

      const updates: StatisticsUpdate[] = [];
      viewFeatures(backbone, views, { training: true, onStatistics: (update) => updates.push(update) });
      const norms = 9;
      expect(updates).toHaveLength(2 * norms);
      expect(updates[0]?.count).toBe(4 * 8 * 8);
      expect(updates[norms]?.count).toBe(6 * 4 * 4);
    });
    disposeModule(backbone);
  });
});

describe('groupOf', () => {
  it('says which groups there are', () => {
    tf.tidy(() => {
      const group = trialGroup(tf.zeros([2, 4, 4, 3]), 1);
      const views: Views = { groups: { input: group, target: group } };
      expect(groupOf(views, 'target')).toBe(group);
      expect(() => groupOf(views, 'goal')).toThrow(
        'the batch has no group of views "goal", only input, target',
      );
    });
  });
});
