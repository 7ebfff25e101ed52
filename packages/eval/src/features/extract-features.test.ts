import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeModule } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { expectNoLeak } from '../fixtures/expect-no-leak.testing.ts';
import { extractFeatures, flattenInputs } from './extract-features.ts';
import { inputsOf, labelsOf, singleView, type InputBatch, type SingleViewBatch } from './input-batch.ts';

const input = { modality: 'image', shape: [8, 8, 3], dtype: 'float32' } as const;

function pixels(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count * 192 }, () => random.normal());
}

function viewBatch(size: number, seed: number, labels?: Int32Array): SingleViewBatch {
  return {
    streams: { samples: { size, ...(labels && { labels }) } },
    groups: { sample: { count: 1, shape: input.shape, inputs: pixels(size, seed) } },
  };
}

beforeAll(async () => {
  await useBackend('wasm');
});

it('gives the features and probabilities of every sample, in evaluation mode', async () => {
  const backbone = createBackbone('resnet-tiny', { random: createRandom(0), input });
  const predict = (inputs: tf.Tensor): tf.Tensor2D =>
    tf.softmax(tf.slice2d(tf.reshape(inputs, [-1, 192]), [0, 0], [-1, 3]));
  await expectNoLeak(async () => {
    const whole = await extractFeatures(backbone, [viewBatch(5, 1, Int32Array.of(0, 1, 2, 1, 0))], {
      predict,
    });
    expect(whole.features).toHaveLength(5 * 64);
    expect(whole).toMatchObject({ dim: 64, labels: Int32Array.of(0, 1, 2, 1, 0) });
    const sums = Array.from({ length: 5 }, (_, row) =>
      whole.probabilities!.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b),
    );
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);

    // Batch statistics would make a sample's features depend on its neighbours in the batch.
    const split = await extractFeatures(backbone, tensorBatches(pixels(5, 1), [2, 3]));
    expect(split).not.toHaveProperty('labels');
    expect(split).not.toHaveProperty('probabilities');
    for (const [at, value] of split.features.entries()) expect(value).toBeCloseTo(whole.features[at]!, 4);
  });
  disposeModule(backbone);
});

it('flattens inputs, of view batches and of tensors', async () => {
  await expectNoLeak(async () => {
    const flat = await flattenInputs([viewBatch(2, 1), viewBatch(3, 2)]);
    expect(flat).toEqual({ features: Float32Array.of(...pixels(2, 1), ...pixels(3, 2)), dim: 192 });
    const tensors = await flattenInputs(tensorBatches(pixels(5, 1), [4, 1]));
    expect(tensors).toEqual({ features: pixels(5, 1), dim: 192 });
  });
});

it('takes of each sample what it is told to', async () => {
  await expectNoLeak(async () => {
    const featuresOf = (values: Float32Array | Int32Array) => Float32Array.of(values[0]!, values.at(-1)!);
    const values = pixels(5, 1);
    const ends = Array.from({ length: 5 }, (_, row) => [values[192 * row]!, values[192 * row + 191]!]).flat();
    for (const batches of [[viewBatch(5, 1)], tensorBatches(values, [4, 1])]) {
      expect(await flattenInputs(batches, featuresOf)).toEqual({ features: Float32Array.from(ends), dim: 2 });
    }
  });
});

it('takes samples of any shape and type', async () => {
  const tokens: SingleViewBatch = {
    streams: { samples: { size: 2, labels: Int32Array.of(1, -1) } },
    groups: { sample: { count: 1, shape: [3], inputs: Int32Array.of(7, 8, 9, 257, 0, 1) } },
  };
  await expectNoLeak(async () => {
    expect(await flattenInputs([tokens])).toEqual({
      ...{ features: Float32Array.of(7, 8, 9, 257, 0, 1), dim: 3 },
      labels: Int32Array.of(1, -1),
    });
  });
  expect(labelsOf(tokens)).toEqual(Int32Array.of(1, -1));
  expect(singleView('test', tokens)).toMatchObject({ rows: 2, shape: [3] });
  const made = inputsOf('test', tokens);
  expect([made.dtype, made.shape]).toEqual(['int32', [2, 3]]);
  expect(inputsOf('test', { inputs: made, labels: Int32Array.of(0, 1) })).toBe(made);
  expect(labelsOf({ inputs: made })).toBeUndefined();
  made.dispose();
});

it.each<[readonly InputBatch[], string]>([
  [[], 'flattenInputs: expected at least one batch, got none'],
  [
    [viewBatch(2, 1, Int32Array.of(1))],
    'flattenInputs: expected a label for each of 2 samples of batch 1, got 1',
  ],
  [
    [viewBatch(1, 1, Int32Array.of(1)), viewBatch(1, 1)],
    'flattenInputs: either all batches have labels or none, batch 2 differs',
  ],
  [
    [
      {
        streams: { samples: { size: 1 } },
        groups: { global: { count: 2, shape: input.shape, inputs: pixels(2, 1) } },
      },
    ],
    'flattenInputs: expected one view of each sample, got 2 × global; use a recipe for evaluation, such as evaluationRecipe',
  ],
  [
    [{ streams: {}, groups: {} }],
    'flattenInputs: expected one view of each sample, got none; use a recipe for evaluation',
  ],
  [
    [
      viewBatch(1, 1),
      {
        streams: { samples: { size: 1 } },
        groups: { sample: { count: 1, shape: [2, 2, 3], inputs: new Float32Array(12) } },
      },
    ],
    'flattenInputs: all samples must have the same size, got 12 values in batch 2 and 192 before',
  ],
])('refuses batches %#', async (batches, message) => {
  await expectNoLeak(async () => {
    await expect(flattenInputs(batches)).rejects.toThrow(message);
  });
});

async function* tensorBatches(values: Float32Array, sizes: readonly number[]): AsyncGenerator<InputBatch> {
  let start = 0;
  for (const size of sizes) {
    const inputs = tf.tensor4d(values.subarray(start * 192, (start + size) * 192), [size, 8, 8, 3]);
    yield await Promise.resolve({ inputs });
    inputs.dispose();
    start += size;
  }
}
