import { useBackend } from '@ssl/backend/node';
import { createGeneratedShapes, createInlineViewLoader } from '@ssl/data';
import { getMethod, methodNames, type AnyMethod, type Views } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainConfigInput } from '../config/train-config.ts';
import {
  noiseDataset,
  stateValues,
  toyConfig,
  toyMethod,
  toyWith,
  viewGroup,
} from '../fixtures/toy-training.testing.ts';
import { createRun, type Run } from '../plan/create-run.ts';
import { planRun, streamPlans } from '../plan/run-plan.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import { differentiate } from './differentiate.ts';
import { disposeState } from './state-trees.ts';
import { progressOf } from './step.ts';
import { createTrainer, type Trainer } from './trainer.ts';
import { disposeViews, toViews } from './view-tensors.ts';

const small: Partial<TrainConfigInput> = {
  ...toyConfig,
  backbone: { name: 'resnet-tiny', width: 4 },
  epochs: 2,
  batchSize: 6,
  logEverySteps: 1,
};

/** What keeps a method small. */
const options: Readonly<Record<string, object>> = {
  'self-classifier': { hiddenDim: 8, outDim: 4, classes: [4] },
  sela: { heads: 2, classes: 4 },
  byol: { hiddenDim: 8, outDim: 4 },
  autoencoder: { decoderWidth: 4 },
};

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

/** A run, and its first batch. */
async function firstBatch(method: AnyMethod, config: Partial<TrainConfigInput>): Promise<[Run, Views]> {
  const dataset = createGeneratedShapes({ length: 16, imageSize: 16 });
  const plan = await planRun({ method, dataset, config });
  const { input, recipe } = plan;
  const loader = createInlineViewLoader({
    dataset,
    input,
    recipe,
    streams: streamPlans(plan, dataset),
    seed: 0,
  });
  for await (const batch of loader.batches(0, 1)) {
    return [createRun(method, plan), toViews(batch, method.usesLabels === true)];
  }
  throw new Error('there is no batch');
}

/** Loss and gradients with batch norm on its running statistics, which no part of a batch can change. */
function gradientsOf(run: Run, views: Views, microBatch?: number): Map<string, Float32Array> {
  const result = differentiate(run, views, progressOf(run.plan, 0, 'loss'), { microBatch, training: false });
  const values = new Map([...result.gradients].map(([name, x]) => [name, x.dataSync<'float32'>().slice()]));
  values.set('loss and metrics', result.scalars.dataSync<'float32'>().slice());
  result.scalars.dispose();
  result.dispose();
  return values;
}

describe('gradients from parts of a batch', () => {
  it.each(methodNames)('of %s are those of the whole batch', async (name) => {
    const [run, views] = await firstBatch(getMethod(name), {
      ...{ batchSize: 8, epochs: 1, backbone: { name: 'resnet-tiny', width: 4 } },
      methodOptions: { ...options[name] },
    });
    const before = tf.memory().numTensors;
    const whole = gradientsOf(run, views);
    // 3, 3 and 2 samples: parts need not be equal.
    for (const microBatch of [4, 3, 1]) {
      const parts = gradientsOf(run, views, microBatch);
      expect([...parts.keys()]).toEqual([...whole.keys()]);
      for (const [entry, expected] of whole) {
        const scale = Math.max(1e-5, ...expected.map(Math.abs));
        const actual = parts.get(entry) as Float32Array;
        for (const [at, value] of expected.entries()) {
          expect(Math.abs((actual[at] as number) - value) / scale, `${entry}[${at}]`).toBeLessThan(1e-3);
        }
      }
    }
    expect(tf.memory().numTensors).toBe(before);
    disposeViews(views);
    disposeState(run.trees);
  });
});

describe('training with microBatch', () => {
  async function trainerOf(config: Partial<TrainConfigInput>, method = toyMethod): Promise<Trainer> {
    return createTrainer({ method, dataset: noiseDataset(20), config: { ...small, ...config } });
  }

  it('never shows the network more samples at once, and the objective all of them', async () => {
    const seen: number[] = [];
    const compared: number[] = [];
    const method = toyWith({
      forward: (outputs, _at, _state, views) => {
        seen.push(viewGroup(views).batchSize);
        return outputs;
      },
      objective: (objective, _at, { features }) => {
        compared.push(features.shape[0] ?? 0);
        return objective;
      },
    });
    const trainer = await trainerOf({ microBatch: 4, epochs: 1 }, method);
    await trainer.run();
    trainer.dispose();
    // Two parts of three samples each, forward twice, in three steps.
    expect(seen).toEqual(Array.from({ length: 12 }, () => 3));
    expect(compared).toEqual([6, 6, 6]);
  });

  it('folds the statistics of each part into the running ones once', async () => {
    const updates = async (microBatch: number | undefined): Promise<number> => {
      const trainer = await trainerOf({ epochs: 1, ...(microBatch !== undefined && { microBatch }) });
      await trainer.run();
      const tracked = [...trainer.state.backbone.buffers].find(([name]) =>
        name.endsWith('num_batches_tracked'),
      );
      const [, entry] = tracked ?? [];
      if (entry === undefined) throw new Error('batch norm counts no batches');
      const count = Number('data' in entry ? entry.data[0] : entry.variable.dataSync()[0]);
      trainer.dispose();
      return count;
    };
    expect(await updates(undefined)).toBe(3);
    expect(await updates(3)).toBe(6);
  });

  it('goes on bit for bit after a stop', async () => {
    const config = { microBatch: 2 };
    const unbroken = await trainerOf(config);
    await unbroken.run();
    const store = createMemoryRunStore();
    const controller = new AbortController();
    const stopped = await trainerOf(config);
    await stopped.run({
      store,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'log' && event.record.step === 2) controller.abort();
      },
    });
    expect(store.checkpoint?.state.step).toBe(2);
    const resumed = await trainerOf(config);
    expect(await resumed.run({ store })).toMatchObject({ outcome: 'done', step: 6 });
    expect(stateValues(resumed.state)).toEqual(stateValues(unbroken.state));
    for (const trainer of [unbroken, stopped, resumed]) trainer.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    const trainer = await trainerOf({ microBatch: 4 });
    await trainer.run({
      check: true,
      onEvent: ({ type }) => {
        if (type === 'step') counts.add(tf.memory().numTensors);
      },
    });
    trainer.dispose();
    expect(counts.size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('as large as the batch is training without it, bit for bit', async () => {
    const [whole, same] = [await trainerOf({}), await trainerOf({ microBatch: 6 })];
    await whole.run();
    await same.run();
    expect(stateValues(same.state)).toEqual(stateValues(whole.state));
    for (const trainer of [whole, same]) trainer.dispose();
  });
});
