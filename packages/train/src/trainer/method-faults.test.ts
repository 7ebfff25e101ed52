import { useBackend } from '@ssl/backend/node';
import type { AnyMethod, Objective, Outputs } from '@ssl/losses';
import type { Parameter } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noiseDataset, toyConfig, toyMethod, toyWith } from '../fixtures/toy-training.testing.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import { createTrainer } from './trainer.ts';
import type { TrainerEvent } from './trainer-events.ts';

const config = {
  ...toyConfig,
  ...{ epochs: 2, batchSize: 4, logEverySteps: 2 },
  backbone: { width: 4 },
  optimizer: { name: 'sgd', learningRate: 0.05 },
} as const;

/** From the second epoch on, so that there is a checkpoint to be kept. */
const spoiltForward = (change: (outputs: Outputs) => unknown): Partial<AnyMethod> =>
  toyWith({ forward: (outputs, { step }) => (step < 3 ? outputs : (change(outputs) as Outputs)) });

const spoiltObjective = (change: (objective: Objective, outputs: Outputs) => unknown): Partial<AnyMethod> =>
  toyWith({
    objective: (objective, { step }, outputs) =>
      step < 3 ? objective : (change(objective, outputs) as Objective),
  });

const keep = (): void => void tf.keep(tf.scalar(1));

const targetWeight = ({ frozen }: { frozen?: unknown }): tf.Variable =>
  (frozen as { target: { parameters: Map<string, Parameter> } }).target.parameters.get('weight')
    ?.variable as tf.Variable;

const sumOf = (memory: unknown): Float64Array =>
  (memory as { seen: { sum: { data: Float64Array } } }).seen.sum.data;

type Fault = readonly [name: string, change: Partial<AnyMethod>, message: RegExp];

/** What is wrong with a method, and what is said of it in any run. */
const faults: readonly Fault[] = [
  ['throws in its forward', spoiltForward(() => expect.fail('oh\n  no')), /^m\.ts: forward: oh no$/],
  ['throws in its objective', spoiltObjective(() => expect.fail('oh\n  no')), /^m\.ts: objective: oh no$/],
  [
    'gives a promise of outputs',
    spoiltForward((outputs) => Promise.resolve(outputs)),
    /^m\.ts: forward: it gave a promise; it must work synchronously/,
  ],
  [
    'gives no features',
    spoiltForward(({ first }) => ({ first })),
    /^m\.ts: forward: expected \{ features \} to be \[batch,featureDim\], got nothing; give the backbone's output$/,
  ],
  [
    'gives an output that is not by sample',
    spoiltForward((outputs) => ({ ...outputs, mean: tf.mean(outputs.features, 0) })),
    /^m\.ts: forward: expected "mean" to be a tensor whose first axis is the sample, of 4, got a tensor \[16\]; put views behind the sample by sampleMajor$/,
  ],
  [
    'gives an output that is no tensor',
    spoiltForward((outputs) => ({ ...outputs, count: 4 })),
    /^m\.ts: forward: expected "count" to be a tensor whose first axis is the sample, of 4, got number 4;/,
  ],
  [
    'gives a loss that is no scalar',
    spoiltObjective((objective) => ({ ...objective, loss: tf.ones([8]) })),
    /^m\.ts: objective: expected \{ loss \} to be a scalar, got a tensor \[8\]; take tf\.mean of it$/,
  ],
  [
    'gives a number',
    spoiltObjective((objective) => ({ ...objective, loss: 3 })),
    /^m\.ts: objective: expected \{ loss \} to be a scalar tensor, got number 3$/,
  ],
  [
    'gives a promise',
    spoiltObjective((objective) => Promise.resolve(objective)),
    /^m\.ts: objective: it gave a promise/,
  ],
  [
    'gives a metric that is no scalar',
    spoiltObjective((objective) => ({ ...objective, metrics: { wide: tf.ones([2]) } })),
    /^m\.ts: objective: expected the metric "wide" to be a scalar tensor, got a tensor \[2\]$/,
  ],
  [
    'gives no gradient at all',
    spoiltObjective((objective) => ({ ...objective, loss: tf.scalar(1) })),
    /^m\.ts: objective: no gradient reaches any trainable parameter; make the loss of what the backbone gives/,
  ],
  [
    'gives a part of itself no gradient',
    spoiltObjective((objective, { features }) => ({ ...objective, loss: tf.mean(features) })),
    /^m\.ts: objective: no gradient reaches head\.weight, head\.bias; every trainable/,
  ],
  [
    'throws before a step',
    { beforeStep: () => Promise.reject(new Error('not today')) },
    /^m\.ts: beforeStep: not today$/,
  ],
  ['throws after a step', { afterStep: () => expect.fail('too late') }, /^m\.ts: afterStep: too late$/],
];

/** What is found only where steps are watched. */
const watchedFaults: readonly Fault[] = [
  [
    'leaks in its forward',
    spoiltForward((outputs) => {
      keep();
      return outputs;
    }),
    /^m\.ts: forward or objective: it leaks: 1 tensor is left behind at each step; dispose what tf\.keep keeps/,
  ],
  [
    'leaks in its objective',
    spoiltObjective((objective) => {
      keep();
      keep();
      return objective;
    }),
    /^m\.ts: forward or objective: it leaks: 2 tensors are left behind at each step/,
  ],
  ['leaks before a step', { beforeStep: async () => keep() }, /^m\.ts: beforeStep: it leaks/],
  ['leaks after a step', { afterStep: keep }, /^m\.ts: afterStep: it leaks/],
  [
    'writes a variable in its forward',
    {
      forward(state, views, at) {
        const weight = targetWeight(state);
        weight.assign(tf.zerosLike(weight));
        return toyMethod.forward(state, views, at);
      },
    },
    /^m\.ts: forward or objective: it writes "frozen\.target\.weight" of the state; both must be pure: write in beforeStep or afterStep$/,
  ],
  [
    'writes a host buffer in its objective',
    {
      objective(outputs, views, at) {
        sumOf(at.memory)[0] = 7;
        return toyMethod.objective(outputs, views, at);
      },
    },
    /^m\.ts: forward or objective: it writes "memory\.seen\.sum" of the state/,
  ],
];

beforeAll(async () => {
  await useBackend('wasm');
});

/** Trains, and hands on what was told; the tensors that a faulty method leaves behind stay. */
async function train(
  change: Partial<AnyMethod>,
  check: boolean,
  store = createMemoryRunStore(),
): Promise<readonly TrainerEvent[]> {
  const method: AnyMethod = { ...toyMethod, ...change, origin: 'm.ts' };
  const trainer = await createTrainer({
    method,
    dataset: noiseDataset(14),
    config: { ...config, epochs: 4 },
  });
  const events: TrainerEvent[] = [];
  try {
    await trainer.run({ store, check, onEvent: (event) => events.push(event) });
  } finally {
    trainer.dispose();
  }
  return events;
}

describe('a method that', () => {
  it.each(faults)('%s is named with hook and fault, on one line', async (_, change, message) => {
    const store = createMemoryRunStore();
    await expect(train(change, false, store)).rejects.toThrow(message);
    // What was saved before the fault is whole, and nothing was saved after it.
    const saved = store.checkpoint?.state.step;
    expect(saved === undefined || saved === 3).toBe(true);
  });

  it.each(watchedFaults)('%s is found where steps are checked', async (_, change, message) => {
    const store = createMemoryRunStore();
    await expect(train(change, true, store)).rejects.toThrow(message);
    const saved = store.checkpoint?.state.step;
    expect(saved === undefined || saved === 3).toBe(true);
  });

  it('is sound passes the check', async () => {
    const events = await train({}, true);
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it('leaks is told of after some epochs of a normal run, once', async () => {
    const warnings = (await train({ afterStep: keep }, false)).filter(({ type }) => type === 'warning');
    expect(warnings).toEqual([
      {
        type: 'warning',
        message: expect.stringMatching(
          /^tensors are left behind, 3 in this epoch: .* run with --check to see which hook/,
        ) as string,
      },
    ]);
  });

  it('keeps something once is not accused of leaking', async () => {
    const change = toyWith({
      forward: (outputs, { step }) => {
        if (step === 1) keep();
        return outputs;
      },
    });
    const events = await train(change, true);
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(4);
  });

  it.each<[Partial<AnyMethod>, string]>([
    [{ views: () => expect.fail('no view') }, 'm.ts: views: no view'],
    [{ init: () => expect.fail('no start') }, 'm.ts: init: no start'],
    [{ init: () => undefined as never }, 'm.ts: init: expected { modules, … }, got undefined'],
    [
      { init: () => ({ modules: { head: { parameters: new Map() } } }) as never },
      'm.ts: init: expected "modules.head" to be a module with parameters and buffers',
    ],
    [
      { init: ({ backbone }) => ({ modules: { backbone } }) },
      'm.ts: init: a module cannot be called "backbone"; give it another name',
    ],
    [
      { init: ({ backbone }) => ({ frozen: { target: backbone.clone() } }) },
      'm.ts: init: "frozen.target.conv1.weight" is frozen and marked trainable; use freezeTree',
    ],
  ])('fails before training is told as well (%#)', async (change, message) => {
    const method: AnyMethod = { ...toyMethod, ...change, origin: 'm.ts' };
    await expect(createTrainer({ method, dataset: noiseDataset(14), config })).rejects.toThrow(message);
  });
});
