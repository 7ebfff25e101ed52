import { evaluationGroup, evaluationRecipe, recipeSchema, getModality } from '@ssl/augment';
import { createInlineViewLoader, oneStream, type Dataset } from '@ssl/data';
import type { AnyMethod } from '@ssl/losses';
import { isHostBuffer } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainConfigInput } from '../config/train-config.ts';
import { planRun } from '../plan/run-plan.ts';
import { captureCheckpoint, restoreCheckpoint } from '../trainer/checkpoint-state.ts';
import type { TrainerState } from '../run/checkpoint.ts';
import { describeMetrics } from '../trainer/describe-metrics.ts';
import {
  countTensors,
  createMethodBench,
  snapshot,
  snapshotState,
  type BenchSettings,
  type MethodBench,
} from './method-bench.ts';
import { createNoiseDataset } from './noise-dataset.ts';

/** What to try a method on; small by default, so that a check takes well under a second on wasm. */
export interface MethodContractSettings {
  /** Options as a user would give them; what is left out takes the method's defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Default: 64 images of noise, 16×16 RGB, in four classes. */
  readonly dataset?: Dataset;
  /** Default 8. */
  readonly batchSize?: number;
  /** Default: `resnet-tiny` of width 4. */
  readonly backbone?: TrainConfigInput['backbone'];
  /** Further settings of training. */
  readonly config?: Partial<TrainConfigInput>;
}

/** One check: `run` throws an Error that says what is wrong, and leaves no tensor behind. */
export interface ContractCheck {
  readonly name: string;
  run(): Promise<void>;
}

/** Relative difference that is allowed between the gradients of a batch and those of its parts. */
const partsTolerance = 2e-3;
/** Of the largest gradient of a step: below it, there is rounding only. */
const roundingShare = 1e-4;

/**
 * What every method must hold, on the backend that is in use, whatever test framework runs it. It runs the trainer's
 * own step:
 *
 *     for (const check of methodContract(method)) it(check.name, check.run);
 */
export function methodContract(
  method: AnyMethod,
  settings: MethodContractSettings = {},
): readonly ContractCheck[] {
  const { options = {}, batchSize = 8 } = settings;
  const bench: BenchSettings = {
    method,
    dataset: settings.dataset ?? createNoiseDataset({ height: 16, width: 16, channels: 3 }, 64),
    config: {
      ...{ epochs: 3, batchSize, methodOptions: options, normalization: 'none' },
      backbone: settings.backbone ?? { name: 'resnet-tiny', width: 4 },
      optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0, weightDecay: 0 },
      schedule: { name: 'constant' },
      ...settings.config,
    },
  };
  const on =
    (check: (bench: MethodBench, settings: BenchSettings) => Promise<void> | void, seed = 1) =>
    async () => {
      const state = await createMethodBench(bench, seed);
      try {
        await check(state, bench);
      } finally {
        await state.dispose();
      }
    };
  return [
    { name: 'has a recipe of views that is valid, pure and plain JSON', run: on(checkRecipe) },
    { name: 'takes three steps with a finite loss', run: on(checkThreeSteps) },
    { name: 'gives every trainable a gradient, and nothing else', run: on(checkGradients) },
    { name: 'gives the gradients of a batch from its parts', run: on(checkParts) },
    { name: 'writes no state in forward and objective', run: on(checkPure) },
    { name: 'leaks no tensor', run: () => checkLeaks(bench) },
    { name: 'gives the same numbers for the same seed', run: on(checkRepeats) },
    { name: 'goes on from a checkpoint as if it had never stopped', run: on(checkCheckpoint) },
    ...(method.predict === undefined ? [] : [{ name: 'predicts probabilities', run: on(checkPrediction) }]),
  ];
}

async function checkRecipe({ run }: MethodBench, settings: BenchSettings): Promise<void> {
  const { recipe, input, config } = run.plan;
  const schema = recipeSchema(getModality(input.modality));
  const throughJson: unknown = JSON.parse(JSON.stringify(recipe));
  assertEqual(schema.parse(throughJson), schema.parse(recipe), 'the recipe after JSON');
  const again = await planRun({ ...settings, config });
  assertEqual(again.recipe, recipe, 'the recipe, asked for twice');
  assert(Object.keys(recipe.groups).length > 0, 'the recipe has no group of views');
}

async function checkThreeSteps(bench: MethodBench): Promise<void> {
  const before = await snapshot(bench.run.trees.trainable);
  for (const step of [0, 1, 2]) {
    const loss = await bench.train(step);
    assert(Number.isFinite(loss), `the loss of step ${step} is ${loss}`);
  }
  for (const [name, values] of await snapshotState(bench.run)) {
    assert(values.every(Number.isFinite), `"${name}" is not finite after three steps`);
  }
  const after = await snapshot(bench.run.trees.trainable);
  const moved = [...after].filter(([name, values]) => !isEqual(values, before.get(name)));
  assert(moved.length > 0, 'no trainable changed in three steps');
}

async function checkGradients(bench: MethodBench, { method }: BenchSettings): Promise<void> {
  const { trees, plan } = bench.run;
  const result = await bench.differentiate(0);
  const described = Object.keys(describeMetrics(method, plan));
  for (const [name, value] of Object.entries(result.metrics)) {
    assert(Number.isFinite(value), `the metric ${name} is ${value}`);
    assert(/^[a-z][a-zA-Z0-9]*$/.test(name), `the metric ${name} is not in camelCase`);
    assert(
      described.length === 0 || described.includes(name),
      `the metric ${name} is not described in "metrics"`,
    );
  }
  for (const name of trees.trainable.keys()) {
    const gradient = result.gradients.get(name);
    assert(gradient !== undefined, `"${name}" gets no gradient`);
    assert(gradient.every(Number.isFinite), `the gradient of "${name}" is not finite`);
  }
  for (const [name, entry] of [...trees.buffers, ...trees.others]) {
    assert(isHostBuffer(entry) || !entry.variable.trainable, `the buffer "${name}" is marked trainable`);
  }
}

/** With batch norm on its running statistics, so that samples are coupled by the objective alone. */
async function checkParts(bench: MethodBench, { config }: BenchSettings): Promise<void> {
  await bench.train(0);
  const whole = await bench.differentiate(1, { training: false });
  const microBatch = Math.ceil((config.batchSize ?? 8) / 2);
  const parts = await bench.differentiate(1, { training: false, microBatch });
  assertClose(parts.loss, whole.loss, 'the loss of a batch in two parts');
  const largest = Math.max(...[...whole.gradients.values()].map((gradient) => largestOf(gradient)));
  for (const [name, gradient] of whole.gradients) {
    const other = parts.gradients.get(name);
    assert(other !== undefined, `"${name}" gets no gradient from parts`);
    // A gradient that is zero up to rounding, such as that of a bias before a batch norm, has errors of the others' size.
    const scale = Math.max(1e-6, roundingShare * largest, largestOf(gradient));
    const worst = gradient.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? NaN))),
      0,
    );
    assert(
      worst <= partsTolerance * scale,
      `the gradient of "${name}" from two halves of a batch differs by ${worst} of ${scale}: what couples samples must stand in objective`,
    );
  }
}

/** Of the absolute values. */
function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

async function checkPure(bench: MethodBench): Promise<void> {
  await bench.train(0);
  const before = await snapshotState(bench.run);
  const first = await bench.differentiate(1);
  const second = await bench.differentiate(1);
  assertEqual(await snapshotState(bench.run), before, 'the state after forward and objective');
  assertEqual(second.loss, first.loss, 'the loss of the same step, asked for twice');
}

async function checkLeaks(settings: BenchSettings): Promise<void> {
  const start = countTensors();
  const bench = await createMethodBench(settings, 1);
  await bench.train(0);
  const afterFirst = countTensors();
  for (const step of [1, 2, 3]) await bench.train(step);
  const afterLast = countTensors();
  await bench.dispose();
  assertEqual(afterLast, afterFirst, 'the number of tensors after four steps, against one');
  assertEqual(countTensors(), start, 'the number of tensors after disposing the state');
}

async function checkRepeats(bench: MethodBench, settings: BenchSettings): Promise<void> {
  const twin = await createMethodBench(settings, 1);
  for (const step of [0, 1, 2]) {
    assertEqual(await twin.train(step), await bench.train(step), `the loss of step ${step}`);
  }
  assertEqual(await snapshotState(twin.run), await snapshotState(bench.run), 'the state after three steps');
  await twin.dispose();
}

async function checkCheckpoint(bench: MethodBench, settings: BenchSettings): Promise<void> {
  for (const step of [0, 1]) await bench.train(step);
  const resumed = await createMethodBench(settings, 2);
  const { trees } = bench.run;
  const checkpoint = await captureCheckpoint({ trees, slots: bench.optimizer.slots }, {} as TrainerState);
  restoreCheckpoint(checkpoint, { trees: resumed.run.trees, slots: resumed.optimizer.slots });
  // Chance of a step comes from the seed: the twin must draw what the first one draws.
  const twin: MethodBench = await createMethodBench(settings, 1);
  restoreCheckpoint(checkpoint, { trees: twin.run.trees, slots: twin.optimizer.slots });
  assertEqual(
    await snapshotState(resumed.run),
    await snapshotState(bench.run),
    'the state that was restored',
  );
  for (const step of [2, 3]) {
    assertEqual(await twin.train(step), await bench.train(step), `the loss of step ${step} after a resume`);
  }
  assertEqual(
    await snapshotState(twin.run),
    await snapshotState(bench.run),
    'the state two steps after a resume',
  );
  await resumed.dispose();
  await twin.dispose();
}

async function checkPrediction({ run }: MethodBench, { method, dataset }: BenchSettings): Promise<void> {
  const { state, plan } = run;
  const { input, config } = plan;
  assert(method.predict !== undefined, 'it has no "predict"');
  const heads = method.heads?.(state, config.methodOptions) ?? [];
  assert(heads.length > 0, 'it predicts, but "heads" lists no head');
  const size = Math.min(8, dataset.length);
  const loader = createInlineViewLoader({
    ...{ dataset, input, recipe: evaluationRecipe(input), streams: oneStream(size), seed: 0 },
  });
  for await (const { groups } of loader.batches(0, 1)) {
    const group = groups[evaluationGroup];
    assert(group !== undefined, 'there is no view for evaluation');
    const before = countTensors();
    for (const [head, classes] of heads.entries()) {
      const inputs = tf.tensor(group.inputs, [size, ...group.shape], input.dtype);
      const probabilities = method.predict(state, inputs, config.methodOptions, head);
      assertEqual(probabilities.shape, [size, classes], `the shape of head ${head}'s prediction`);
      const values = await probabilities.data<'float32'>();
      for (let row = 0; row < size; row++) {
        const sum = values
          .subarray(row * classes, (row + 1) * classes)
          .reduce((total, value) => total + value, 0);
        assert(Math.abs(sum - 1) < 1e-4, `head ${head}'s probabilities of sample ${row} sum to ${sum}`);
      }
      tf.dispose([inputs, probabilities]);
    }
    assertEqual(countTensors(), before, 'the number of tensors after predicting');
  }
  await loader.close();
}

function assert(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(`method contract: ${problem}`);
}

function assertClose(actual: number, expected: number, what: string): void {
  const close = Math.abs(actual - expected) <= partsTolerance * Math.max(1e-3, Math.abs(expected));
  assert(close, `${what} differs: expected ${expected}, got ${actual}`);
}

function assertEqual(actual: unknown, expected: unknown, what: string): void {
  assert(isEqual(actual, expected), `${what} differs: expected ${brief(expected)}, got ${brief(actual)}`);
}

/** Deep equality of JSON values, maps and numbers; NaN equals itself only, and infinity and null nothing else. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Map && b instanceof Map) return isEqual([...a], [...b]);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) =>
    isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}

function brief(value: unknown): string {
  const whole = JSON.stringify(value instanceof Map ? [...value] : value) ?? String(value);
  return whole.length > 200 ? `${whole.slice(0, 200)}…` : whole;
}
