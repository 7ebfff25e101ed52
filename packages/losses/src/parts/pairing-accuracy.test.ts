import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { pairingAccuracy } from './pairing-accuracy.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('pairingAccuracy', () => {
  it('counts rows whose nearest other row is the other view of their sample', () => {
    tf.tidy(() => {
      // Of two samples: the second views stand at 5 and 100 degrees, the first at 0 and 40.
      const angles = [0, 40, 5, 100].map((degrees) => (degrees * Math.PI) / 180);
      const rows = tf.tensor2d(angles.map((angle) => [3 * Math.cos(angle), 3 * Math.sin(angle)]));
      // 0 and 5 find each other; 40 is nearer to 5 than to 100, and 100 is nearest to 40.
      expect(pairingAccuracy(rows).dataSync()[0]).toBe(0.75);
    });
  });
});
