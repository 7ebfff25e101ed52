import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeModule } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { expectNoLeak } from '../fixtures/expect-no-leak.testing.ts';
import { extractFeatures, flattenPixels } from './extract-features.ts';
import type { ImageBatch, SingleViewBatch } from './image-batch.ts';

const image = { height: 8, width: 8, channels: 3 };

function pixels(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count * 192 }, () => random.normal());
}

function viewBatch(batchSize: number, seed: number, labels?: Int32Array): SingleViewBatch {
  return {
    batchSize,
    ...(labels && { labels }),
    groups: { image: { count: 1, ...image, images: pixels(batchSize, seed) } },
  };
}

beforeAll(async () => {
  await useBackend('wasm');
});

it('gives the features and probabilities of every image, in evaluation mode', async () => {
  const backbone = createBackbone('resnet-tiny', { random: createRandom(0), image });
  const predict = (images: tf.Tensor4D): tf.Tensor2D =>
    tf.softmax(tf.slice2d(tf.reshape(images, [images.shape[0], 192]), [0, 0], [-1, 3]));
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

    // Batch statistics would make an image's features depend on its neighbours in the batch.
    const split = await extractFeatures(backbone, tensorBatches(pixels(5, 1), [2, 3]));
    expect(split).not.toHaveProperty('labels');
    expect(split).not.toHaveProperty('probabilities');
    for (const [at, value] of split.features.entries()) expect(value).toBeCloseTo(whole.features[at]!, 4);
  });
  disposeModule(backbone);
});

it('flattens pixels', async () => {
  await expectNoLeak(async () => {
    const flat = await flattenPixels([viewBatch(2, 1), viewBatch(3, 2)]);
    expect(flat).toEqual({ features: Float32Array.of(...pixels(2, 1), ...pixels(3, 2)), dim: 192 });
    const tensors = await flattenPixels(tensorBatches(pixels(5, 1), [4, 1]));
    expect(tensors).toEqual({ features: pixels(5, 1), dim: 192 });
  });
});

it.each<[readonly ImageBatch[], string]>([
  [[], 'flattenPixels: expected at least one batch, got none'],
  [
    [viewBatch(2, 1, Int32Array.of(1))],
    'flattenPixels: expected a label for each of 2 images of batch 1, got 1',
  ],
  [
    [viewBatch(1, 1, Int32Array.of(1)), viewBatch(1, 1)],
    'flattenPixels: either all batches have labels or none, batch 2 differs',
  ],
  [
    [{ batchSize: 1, groups: { global: { count: 2, ...image, images: pixels(2, 1) } } }],
    'flattenPixels: expected one view of each image, got 2 × global; use a recipe for evaluation',
  ],
  [
    [
      viewBatch(1, 1),
      {
        batchSize: 1,
        groups: { image: { count: 1, height: 2, width: 2, channels: 3, images: new Float32Array(12) } },
      },
    ],
    'flattenPixels: all images must have the same size, got 12 values in batch 2 and 192 before',
  ],
])('refuses batches %#', async (batches, message) => {
  await expectNoLeak(async () => {
    await expect(flattenPixels(batches)).rejects.toThrow(message);
  });
});

async function* tensorBatches(values: Float32Array, sizes: readonly number[]): AsyncGenerator<ImageBatch> {
  let start = 0;
  for (const size of sizes) {
    const images = tf.tensor4d(values.subarray(start * 192, (start + size) * 192), [size, 8, 8, 3]);
    yield await Promise.resolve({ images });
    images.dispose();
    start += size;
  }
}
