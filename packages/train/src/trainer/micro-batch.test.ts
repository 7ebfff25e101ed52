import { useBackend } from '@ssl/backend/node';
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
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import { createTrainer, type Trainer } from './trainer.ts';

const small: Partial<TrainConfigInput> = {
  ...toyConfig,
  backbone: { name: 'resnet-tiny', width: 4 },
  epochs: 2,
  batchSize: 6,
  logEverySteps: 1,
};

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

// That parts give the gradients of the whole batch is in the contract of methods (testing/method-contract.ts).
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
