import { useBackend } from '@ssl/backend/node';
import {
  createGeneratedShapes,
  createInlineViewLoader,
  type Dataset,
  type ViewLoader,
  type ViewLoaderOptions,
} from '@ssl/data';
import { createWorkerViewLoader } from '@ssl/data/node';
import { isUserError } from '@ssl/errors';
import { getMethod } from '@ssl/losses';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainConfigInput } from '../config/train-config.ts';
import { planRun, streamPlans, visibleDataset } from '../plan/run-plan.ts';
import { createMemoryRunStore, type MemoryRunStore } from '../run/memory-run-store.ts';
import { createTrainer, type Trainer } from './trainer.ts';

type LoaderFactory = (options: ViewLoaderOptions) => ViewLoader;

const method = getMethod('s4l');
const dataset = createGeneratedShapes({ length: 50, imageSize: 16 });
const allLabels: Partial<TrainConfigInput> = {
  ...{ epochs: 2, batchSize: 10, seed: 3, logEverySteps: 1 },
  backbone: { name: 'resnet-tiny', width: 2 },
  // 20 labels in batches of 8: passes of the labelled stream end within a batch.
  methodOptions: { labelledBatchSize: 8 },
};
const config: Partial<TrainConfigInput> = { ...allLabels, labelsPerClass: 2 };

const withWorkers =
  (workers: number): LoaderFactory =>
  (options) =>
    createWorkerViewLoader({ ...options, workers });

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

async function run(createLoader: LoaderFactory, store: MemoryRunStore, stopAt = Infinity): Promise<Trainer> {
  const trainer = await createTrainer({ method, dataset, config, createLoader });
  const controller = new AbortController();
  await trainer.run({
    store,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'log' && event.record.step === stopAt) controller.abort();
    },
  });
  return trainer;
}

function valuesOf({ checkpoint }: MemoryRunStore): unknown {
  return [...(checkpoint?.weights ?? []), ...(checkpoint?.trainer ?? [])];
}

function logOf({ metrics }: MemoryRunStore): unknown {
  return metrics.map((record) => ({ ...record, imagesPerSecond: 0, dataWaitFraction: 0 }));
}

describe('two streams', () => {
  it('go on from any step as if they had never stopped, with any number of workers', async () => {
    const unbroken = createMemoryRunStore();
    (await run(createInlineViewLoader, unbroken)).dispose();
    expect(unbroken.checkpoint?.state).toMatchObject({ step: 10, samples: 100 });
    for (const [createLoader, stopAt] of [
      [createInlineViewLoader, 3],
      [withWorkers(1), 7],
      [withWorkers(2), 5],
    ] as const) {
      const store = createMemoryRunStore();
      const stopped = await run(createLoader, store, stopAt);
      expect(store.checkpoint?.state.step).toBe(stopAt);
      const resumed = await run(createLoader, store);
      expect(valuesOf(store)).toEqual(valuesOf(unbroken));
      expect(logOf(store)).toEqual(logOf(unbroken));
      stopped.dispose();
      resumed.dispose();
    }
  });

  it('have the batches that their sizes ask for: labelled samples over and over, all samples once an epoch', async () => {
    const plan = await planRun({ method, dataset, config });
    expect(plan).toMatchObject({ stepsPerEpoch: 5, totalSteps: 10 });
    const visible = visibleDataset(plan, dataset);
    const loader = createInlineViewLoader({
      ...{ dataset: visible, input: plan.input, recipe: plan.recipe, seed: 3 },
      streams: streamPlans(plan, visible),
    });
    const seen = { pretext: [] as number[], labelled: [] as number[] };
    for await (const { streams, groups } of loader.batches(0, 5)) {
      for (const name of ['pretext', 'labelled'] as const) {
        const { size, indices, labels } = streams[name] as (typeof streams)[string];
        expect(size).toBe(name === 'pretext' ? 10 : 8);
        seen[name].push(...indices);
        const known = [...(labels ?? [])].filter((label) => label >= 0);
        if (name === 'labelled') expect(known).toEqual([...indices].map((index) => dataset.labels?.[index]));
      }
      expect(groups['rotation.rotated']).toMatchObject({ stream: 'pretext', count: 4 });
      expect(groups['labelled.rotation.rotated']).toMatchObject({ stream: 'labelled', count: 4 });
    }
    await loader.close();
    expect(new Set(seen.pretext).size).toBe(50);
    expect(new Set(seen.labelled.slice(0, 20)).size).toBe(20);
    expect(new Set(seen.labelled.slice(20, 40))).toEqual(new Set(seen.labelled.slice(0, 20)));
    expect(seen.labelled.slice(20, 40)).not.toEqual(seen.labelled.slice(0, 20));
  });

  it('that have no sample are told in one line', async () => {
    const lineOf = async (given: Dataset, more: Partial<TrainConfigInput>): Promise<string> => {
      const all = { ...allLabels, ...more };
      const error: unknown = await planRun({ method, dataset: given, config: all }).catch(
        (reason: unknown) => reason,
      );
      return isUserError(error) ? error.message : String(error);
    };
    const allLabelled = { labelsPerClass: 5, methodOptions: { pretextFrom: 'unlabelled' } };
    expect(await lineOf(dataset, allLabelled)).toBe(
      's4l learns from unlabelled samples, and generated:shapes (train) has none: the labels of all samples are known; keep some back by --labels-per-class or --labels',
    );
    const noLabel = { ...dataset, labels: new Int32Array(50).fill(-1) };
    expect(await lineOf(noLabel, {})).toBe(
      's4l learns from labelled samples, and generated:shapes (train) has none: check the labels that --labels names',
    );
    expect(await lineOf(dataset, { labelsPerClass: 6 })).toContain(
      'has 5 labelled samples, fewer than the 6 asked for; lower labelsPerClass',
    );
    const { name, source, length, samples, fingerprint, read, close } = dataset;
    const flat = { name, source, length, samples, fingerprint, read, close };
    expect(await lineOf(flat, {})).toContain('s4l learns from labels, and generated:shapes (train) has none');
  });
});

describe('supervised training', () => {
  it('passes over samples without a label', async () => {
    const labels = (dataset.labels as Int32Array).map((label, index) => (index % 2 === 0 ? label : -1));
    const trainer = await createTrainer({
      ...{ method: getMethod('supervised'), dataset: { ...dataset, labels } },
      config: { ...config, methodOptions: {}, labelsPerClass: 1, batchSize: 5 },
    });
    const store = createMemoryRunStore();
    await trainer.run({ store });
    expect(trainer.plan.streams).toEqual([{ name: 'labelled', from: 'labelled', batchSize: 5, length: 10 }]);
    expect(store.metrics.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    trainer.dispose();
  });
});
