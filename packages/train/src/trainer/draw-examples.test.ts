import { createGeneratedShapes } from '@ssl/data';
import { useBackend } from '@ssl/backend/node';
import { getMethod } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawExamples } from './draw-examples.ts';
import { createTrainer } from './trainer.ts';

const dataset = createGeneratedShapes({ length: 12 });
const image = { height: 16, width: 16, channels: 3 };
const config = { batchSize: 4, imageSize: 16, epochs: 1, backbone: { width: 2 } };

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('drawExamples', () => {
  it('gives rows of pictures in [0, 1], and leaves no tensor behind', async () => {
    const method = getMethod('autoencoder');
    const trainer = createTrainer({ method, dataset, config });
    const before = tf.memory().numTensors;
    const { state } = trainer;
    const { methodOptions } = trainer.config;
    const rows = await drawExamples({ method, state, methodOptions, image, dataset, count: 5 });
    expect(tf.memory().numTensors).toBe(before);
    expect(rows.map(({ name, images }) => [name, images])).toEqual([
      ['input', 5],
      ['reconstruction', 5],
      ['target', 5],
    ]);
    for (const { pixels } of rows) {
      expect(pixels).toHaveLength(5 * 16 * 16 * 3);
      expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    trainer.dispose();
  });

  it('gives nothing where the method shows nothing', async () => {
    const method = getMethod('rotation');
    const trainer = createTrainer({ method, dataset, config });
    const { state } = trainer;
    const { methodOptions } = trainer.config;
    expect(await drawExamples({ method, state, methodOptions, image, dataset })).toEqual([]);
    trainer.dispose();
  });
});
