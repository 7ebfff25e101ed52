import { useBackend } from '@ssl/backend/node';
import { createGeneratedShapes } from '@ssl/data';
import { getMethod } from '@ssl/losses';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageMethodNames, imageMethodTrials } from '../fixtures/image-method-trials.testing.ts';
import { stateValues } from '../fixtures/toy-training.testing.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import { createTrainer, type Trainer } from './trainer.ts';

/** What has a method do everything within eight steps. */
const options: Readonly<Record<string, object>> = {
  'self-classifier': { queueSize: 16 },
  sela: { relabellings: 5, schedule: 'linear', relabelledHeads: 'in-turn' },
};

const dataset = createGeneratedShapes({ length: 34 });

function trainerOf(name: string): Promise<Trainer> {
  const [trial = {}] = imageMethodTrials[name] ?? [];
  const config = {
    ...{ epochs: 2, batchSize: 8, input: { size: 16 }, seed: 3, logEverySteps: 1 },
    backbone: trial.backbone ?? { name: 'resnet-tiny', width: 2 },
    methodOptions: { ...trial.options, ...options[name] },
    ...trial.config,
  };
  return createTrainer({ method: getMethod(name), dataset, config });
}

/** Every value that training leaves behind. */
function resultOf(name: string, { state }: Trainer): object {
  return [...stateValues(state, getMethod(name))];
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe.each(imageMethodNames)('%s', (name) => {
  it('goes on from the middle of an epoch as if it had never stopped', async () => {
    const unbroken = await trainerOf(name);
    expect(await unbroken.run()).toMatchObject({ outcome: 'done', step: 8 });

    const store = createMemoryRunStore();
    const controller = new AbortController();
    const stopped = await trainerOf(name);
    await stopped.run({
      store,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'log' && event.record.step === 3) controller.abort();
      },
    });
    expect(store.checkpoint?.state.step).toBe(3);
    const resumed = await trainerOf(name);
    expect(await resumed.run({ store })).toMatchObject({ outcome: 'done', step: 8 });
    expect(resultOf(name, resumed)).toEqual(resultOf(name, unbroken));
    for (const trainer of [unbroken, stopped, resumed]) trainer.dispose();
  });
});
