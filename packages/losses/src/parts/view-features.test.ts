import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeModule, type StatisticsUpdate } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Views } from '../method.ts';
import { viewCount, viewFeatures } from './view-features.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('viewFeatures', () => {
  it('keeps the order of views, and shares batch statistics among views of one size', () => {
    const backbone = createBackbone('resnet-tiny', {
      random: createRandom(0),
      image: { height: 8, width: 8, channels: 3 },
      width: 2,
    });
    tf.tidy(() => {
      const images = (count: number, side: number, seed: number): tf.Tensor4D =>
        tf.randomUniform([2 * count, side, side, 3], 0, 1, 'float32', seed);
      const views: Views = {
        batchSize: 2,
        indices: Int32Array.of(0, 1),
        groups: {
          plain: { count: 1, images: images(1, 8, 1) },
          blurred: { count: 1, images: images(1, 8, 2) },
          local: { count: 3, images: images(3, 4, 3) },
        },
      };
      expect(viewCount(views)).toBe(5);

      const evaluation = { training: false };
      const expected = tf.concat(
        Object.values(views.groups).map((group) => backbone.forward(group.images, evaluation)),
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
