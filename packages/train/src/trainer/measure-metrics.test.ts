import { useBackend } from '@ssl/backend/node';
import { createGeneratedSentences } from '@ssl/data';
import { autoencoder, maskedTokens, type AnyMethod } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRun, type Run } from '../plan/create-run.ts';
import { planRun } from '../plan/run-plan.ts';
import { createNoiseDataset } from '../testing/noise-dataset.ts';
import { measureMetrics } from './measure-metrics.ts';
import { disposeState } from './state-trees.ts';

const dataset = createGeneratedSentences({ length: 10, split: 'test' });

async function runOf(method: AnyMethod): Promise<Run> {
  const backbone = { name: 'text-transformer' as const, dim: 8, depth: 1, heads: 1 };
  return createRun(method, await planRun({ method, dataset, config: { backbone, batchSize: 4 } }));
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('measureMetrics', () => {
  it('measures what means something on a test set, and leaves no tensor behind', async () => {
    const run = await runOf(maskedTokens as AnyMethod);
    const before = tf.memory().numTensors;
    const measured = await measureMetrics({ run, dataset });
    expect(tf.memory().numTensors).toBe(before);
    expect(measured).toEqual({ perplexity: expect.any(Number), unigramPerplexity: 256 });
    // A network that knows nothing: about as uncertain as among all bytes.
    expect(measured['perplexity']).toBeGreaterThan(150);
    expect(measured['perplexity']).toBeLessThan(400);
    expect(await measureMetrics({ run, dataset })).toEqual(measured);
    expect(await measureMetrics({ run, dataset, seed: 1 })).not.toEqual(measured);
    disposeState(run.trees);
  });

  it('counts each batch by its samples', async () => {
    const method: AnyMethod = {
      ...(maskedTokens as AnyMethod),
      objective: (_outputs, { groups }) => ({
        loss: tf.scalar(0),
        metrics: { size: tf.scalar(groups['masked']?.batchSize ?? NaN), other: tf.scalar(1) },
      }),
      metrics: () => ({ size: { title: 'samples', measuredOnTest: true }, other: { title: 'another' } }),
    };
    const run = await runOf(method);
    // Batches of 4, 4 and 2 samples.
    expect(await measureMetrics({ run, dataset })).toEqual({ size: expect.closeTo(3.6, 6) });
    disposeState(run.trees);
  });

  it('is nothing for methods that name none', async () => {
    const images = createNoiseDataset({ height: 8, width: 8, channels: 3 }, 8);
    const method = autoencoder as AnyMethod;
    const config = { backbone: { name: 'resnet-tiny' as const, width: 2 }, batchSize: 4 };
    const run = createRun(method, await planRun({ method, dataset: images, config }));
    expect(await measureMetrics({ run, dataset: images })).toEqual({});
    disposeState(run.trees);
  });
});
