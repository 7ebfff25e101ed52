import { useBackend } from '@ssl/backend/node';
import { createGeneratedShapes } from '@ssl/data';
import { getMethod } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRun, type Run } from '../plan/create-run.ts';
import { planRun } from '../plan/run-plan.ts';
import { drawExamples } from './draw-examples.ts';
import { disposeState } from './state-trees.ts';

const dataset = createGeneratedShapes({ length: 12 });

async function runOf(name: string): Promise<Run> {
  const method = getMethod(name);
  const config = {
    batchSize: 4,
    input: { size: 16 },
    epochs: 1,
    backbone: { name: 'resnet-tiny', width: 2 },
  };
  return createRun(method, await planRun({ method, dataset, config }));
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('drawExamples', () => {
  it('gives rows of pictures, and leaves no tensor behind', async () => {
    const run = await runOf('autoencoder');
    const before = tf.memory().numTensors;
    const rows = await drawExamples({ run, dataset, count: 5 });
    expect(tf.memory().numTensors).toBe(before);
    expect(rows.map(({ name, previews }) => [name, previews.length])).toEqual([
      ['input', 5],
      ['reconstruction', 5],
      ['target', 5],
    ]);
    for (const { picture } of rows.flatMap(({ previews }) => previews)) {
      expect(picture).toMatchObject({ height: 16, width: 16, channels: 3 });
      expect(picture?.data).toHaveLength(16 * 16 * 3);
    }
    // Pictures of the data set, not of normalised values: light and dark ones.
    const target = rows[2]?.previews.flatMap(({ picture }) => [...(picture?.data ?? [])]) ?? [];
    expect(Math.min(...target)).toBeLessThan(60);
    expect(Math.max(...target)).toBeGreaterThan(195);
    expect(await drawExamples({ run, dataset, count: 5 })).toEqual(rows);
    disposeState(run.trees);
  });

  it('gives nothing where the method shows nothing', async () => {
    const run = await runOf('rotation');
    expect(await drawExamples({ run, dataset })).toEqual([]);
    disposeState(run.trees);
  });
});
