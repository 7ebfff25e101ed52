import { recipeSchema, validateRecipe, type ImageSpec } from '@ssl/augment';
import {
  loadTree,
  readSafetensors,
  treeToTensors,
  writeSafetensors,
  isHostBuffer,
  type SafeTensor,
} from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type { AnyMethod } from '../method.ts';
import {
  createMethodBench,
  disposeViews,
  snapshot,
  type BenchSettings,
  type MethodBench,
} from './method-bench.ts';

/** What to try a method on; small by default, so that a check takes well under a second on wasm. */
export interface MethodContractSettings {
  /** Options as a user would give them; what is left out takes the method's defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Default 16×16 RGB. */
  readonly image?: ImageSpec;
  /** Default 8. */
  readonly batchSize?: number;
  /** Default `resnet-tiny`. */
  readonly backbone?: string;
  /** Default 4. */
  readonly width?: number;
}

/** One check: `run` throws an Error that says what is wrong, and leaves no tensor behind. */
export interface ContractCheck {
  readonly name: string;
  run(): Promise<void>;
}

/**
 * What every method must hold, on the backend that is in use, whatever test framework runs it:
 *
 *     for (const check of methodContract(method)) it(check.name, check.run);
 */
export function methodContract(
  method: AnyMethod,
  settings: MethodContractSettings = {},
): readonly ContractCheck[] {
  const bench: BenchSettings = {
    method,
    options: method.options.parse(settings.options ?? {}),
    image: settings.image ?? { height: 16, width: 16, channels: 3 },
    batchSize: settings.batchSize ?? 8,
    backbone: settings.backbone ?? 'resnet-tiny',
    width: settings.width ?? 4,
  };
  const on =
    (run: (bench: MethodBench, settings: BenchSettings) => Promise<void> | void, seed = 1) =>
    async () => {
      const state = createMethodBench(bench, seed);
      try {
        await run(state, bench);
      } finally {
        state.dispose();
      }
    };
  return [
    { name: 'has a recipe of views that is valid, pure and plain JSON', run: on(checkRecipe) },
    { name: 'takes three steps with a finite loss', run: on(checkThreeSteps) },
    { name: 'gives every trainable a gradient, and no buffer', run: on(checkGradients) },
    { name: 'writes no state in its loss', run: on(checkPureLoss) },
    { name: 'leaks no tensor', run: () => checkLeaks(bench) },
    { name: 'gives the same numbers for the same seed', run: on(checkRepeats) },
    { name: 'goes on from a checkpoint as if it had never stopped', run: on(checkCheckpoint) },
    { name: 'predicts probabilities, where it predicts', run: on(checkPrediction) },
  ];
}

function checkRecipe({ recipe }: MethodBench, { method, options, image }: BenchSettings): void {
  const throughJson: unknown = JSON.parse(JSON.stringify(recipe));
  assertEqual(recipeSchema.parse(throughJson), recipeSchema.parse(recipe), 'the recipe after JSON');
  assertEqual(method.views(options, image), recipe, 'the recipe, asked for twice');
  assert(Object.keys(recipe.groups).length > 0, 'the recipe has no group of views');
  validateRecipe(recipe, image);
}

async function checkThreeSteps(bench: MethodBench): Promise<void> {
  const before = snapshot(bench.state.trainable);
  for (const step of [0, 1, 2]) {
    const loss = await bench.train(step);
    assert(Number.isFinite(loss), `the loss of step ${step} is ${loss}`);
  }
  for (const [name, values] of [...snapshot(bench.state.trainable), ...snapshot(bench.state.buffers)]) {
    assert(values.every(Number.isFinite), `"${name}" is not finite after three steps`);
  }
  const after = snapshot(bench.state.trainable);
  const moved = [...after].filter(([name, values]) => !isEqual(values, before.get(name)));
  assert(moved.length > 0, 'no trainable changed in three steps');
}

function checkGradients({ state, gradients }: MethodBench): void {
  for (const name of state.trainable.keys()) {
    assert(!state.buffers.has(name), `"${name}" is both trainable and a buffer`);
  }
  const result = gradients(0, false);
  for (const [name, value] of Object.entries(result.metrics)) {
    assert(Number.isFinite(value), `the metric ${name} is ${value}`);
    assert(/^[a-z][a-zA-Z0-9]*$/.test(name), `the metric ${name} is not in camelCase`);
  }
  for (const [name, { variable }] of state.trainable) {
    const gradient = result.gradients[variable.name];
    assert(gradient !== undefined, `"${name}" gets no gradient`);
    assert(gradient.dataSync().every(Number.isFinite), `the gradient of "${name}" is not finite`);
  }
  for (const [name, entry] of state.buffers) {
    if (isHostBuffer(entry)) continue;
    assert(!entry.variable.trainable, `the buffer "${name}" is marked trainable`);
    assert(result.gradients[entry.variable.name] === undefined, `the buffer "${name}" gets a gradient`);
  }
  tf.dispose(result.gradients);
}

async function checkPureLoss(bench: MethodBench): Promise<void> {
  await bench.train(0);
  const before = [snapshot(bench.state.trainable), snapshot(bench.state.buffers)];
  const first = bench.gradients(1, false);
  const second = bench.gradients(1, false);
  tf.dispose([first.gradients, second.gradients]);
  assertEqual(
    [snapshot(bench.state.trainable), snapshot(bench.state.buffers)],
    before,
    'the state after a loss',
  );
  assertEqual(second.loss, first.loss, 'the loss of the same step, asked for twice');
}

async function checkLeaks(settings: BenchSettings): Promise<void> {
  const start = tf.memory().numTensors;
  const bench = createMethodBench(settings, 1);
  await bench.train(0);
  const afterFirst = tf.memory().numTensors;
  for (const step of [1, 2, 3]) await bench.train(step);
  const afterLast = tf.memory().numTensors;
  bench.dispose();
  assertEqual(afterLast, afterFirst, 'the number of tensors after four steps, against one');
  assertEqual(tf.memory().numTensors, start, 'the number of tensors after disposing both trees');
}

async function checkRepeats(bench: MethodBench, settings: BenchSettings): Promise<void> {
  const twin = createMethodBench(settings, 1);
  for (const step of [0, 1, 2]) {
    assertEqual(await twin.train(step), await bench.train(step), `the loss of step ${step}`);
  }
  assertEqual(
    snapshot(twin.state.trainable),
    snapshot(bench.state.trainable),
    'the weights after three steps',
  );
  twin.dispose();
}

async function checkCheckpoint(bench: MethodBench, settings: BenchSettings): Promise<void> {
  for (const step of [0, 1]) await bench.train(step);
  const resumed = createMethodBench(settings, 2);
  for (const kind of ['trainable', 'buffers'] as const) {
    const file = writeSafetensors(await treeToTensors(bench.state[kind]));
    loadTree(resumed.state[kind], readSafetensors(file).tensors as ReadonlyMap<string, SafeTensor>);
  }
  for (const step of [2, 3]) {
    assertEqual(
      await resumed.train(step),
      await bench.train(step),
      `the loss of step ${step} after a resume`,
    );
  }
  for (const kind of ['trainable', 'buffers'] as const) {
    assertEqual(
      snapshot(resumed.state[kind]),
      snapshot(bench.state[kind]),
      `the ${kind} two steps after a resume`,
    );
  }
  resumed.dispose();
}

function checkPrediction({ state, views }: MethodBench, { method, batchSize }: BenchSettings): void {
  if (method.predict === undefined) return;
  const heads = method.heads?.(state) ?? [];
  assert(heads.length > 0, 'it predicts, but "heads" lists no head');
  const batch = views(0);
  const [group] = Object.values(batch.groups);
  const before = tf.memory().numTensors;
  for (const [head, classes] of heads.entries()) {
    const images = tf.slice(group?.images as tf.Tensor4D, 0, batchSize);
    const probabilities = method.predict(state, images, head);
    assertEqual(probabilities.shape, [batchSize, classes], `the shape of head ${head}'s prediction`);
    const values = probabilities.dataSync<'float32'>();
    for (let row = 0; row < batchSize; row++) {
      const sum = values
        .subarray(row * classes, (row + 1) * classes)
        .reduce((total, value) => total + value, 0);
      assert(Math.abs(sum - 1) < 1e-4, `head ${head}'s probabilities of image ${row} sum to ${sum}`);
    }
    tf.dispose([images, probabilities]);
  }
  assertEqual(tf.memory().numTensors, before, 'the number of tensors after predicting');
  disposeViews(batch);
}

function assert(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(`method contract: ${problem}`);
}

function assertEqual(actual: unknown, expected: unknown, what: string): void {
  assert(isEqual(actual, expected), `${what} differs: expected ${brief(expected)}, got ${brief(actual)}`);
}

function isEqual(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

function text(value: unknown): string {
  return JSON.stringify(value instanceof Map ? [...value] : value, (_key, inner: unknown) =>
    inner instanceof Map ? [...inner] : inner,
  );
}

function brief(value: unknown): string {
  const whole = text(value);
  return whole.length > 200 ? `${whole.slice(0, 200)}…` : whole;
}
