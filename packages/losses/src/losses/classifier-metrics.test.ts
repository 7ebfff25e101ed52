import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierMetrics } from './classifier-metrics.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

function metricsOf(rows: number[][]): Record<string, number> {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(classifierMetrics(tf.tensor2d(rows))).map(([name, value]) => [
        name,
        (value as tf.Scalar).dataSync()[0] as number,
      ]),
    ),
  );
}

describe('classifierMetrics', () => {
  it('sees a collapse into one class', () => {
    const metrics = metricsOf([
      [50, 0, 0],
      [40, 0, 0],
      [60, 0, 0],
      [50, 0, 0],
    ]);
    expect(metrics['classesUsed']).toBe(1);
    expect(metrics['meanEntropy']).toBeCloseTo(0, 6);
    expect(metrics['confidence']).toBeCloseTo(1, 6);
  });

  it('tells equal use from unsure use', () => {
    const sure = metricsOf([
      [50, 0],
      [0, 50],
    ]);
    expect(sure).toMatchObject({ classesUsed: 2 });
    expect(sure['meanEntropy']).toBeCloseTo(Math.log(2), 6);
    expect(sure['confidence']).toBeCloseTo(1, 6);
    const unsure = metricsOf([
      [0, 0],
      [0, 0],
    ]);
    expect(unsure).toMatchObject({ classesUsed: 1 });
    expect(unsure['meanEntropy']).toBeCloseTo(Math.log(2), 6);
    expect(unsure['confidence']).toBeCloseTo(0.5, 6);
  });
});
