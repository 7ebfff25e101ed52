import { applyRecipe, type ViewBatch, type ViewRecipe } from '@ssl/augment';
import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { numberedDataset, plainRecipe } from './fixtures/numbered-dataset.ts';
import { createInlineViewLoader } from './inline-view-loader.ts';

async function collect(batches: AsyncIterable<ViewBatch>): Promise<ViewBatch[]> {
  const all: ViewBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('createInlineViewLoader', () => {
  it('gives the batches of the steps asked for, with indices, labels and views of the same images', async () => {
    const loader = createInlineViewLoader({
      dataset: numberedDataset(20),
      recipe: plainRecipe,
      batchSize: 6,
      seed: 3,
    });
    const batches = await collect(loader.batches(2, 5));
    expect([loader.stepsPerEpoch, batches.length]).toEqual([3, 3]);
    const secondEpoch = createRandom(3, 'order', 1).permutation(20);
    expect(batches[1]?.indices).toEqual(secondEpoch.slice(0, 6));
    for (const { batchSize, indices, labels, groups } of batches) {
      expect([batchSize, groups.images?.count, groups.images?.height]).toEqual([6, 1, 1]);
      expect(labels).toEqual(indices.map((index) => index % 10));
      expect(groups.images?.images).toEqual(Float32Array.from(indices, (index) => index / 255));
    }
    expect(loader.waitMilliseconds).toBeGreaterThan(0);
  });

  it('draws the views of an image from seed, epoch and index, laid out view by view', async () => {
    const recipe: ViewRecipe = {
      groups: {
        global: { count: 2, transforms: [{ name: 'colorJitter', brightness: 0.9 }] },
        turned: {
          count: 4,
          transforms: [
            {
              ...{ name: 'oneOf', pick: 'view', target: true },
              choices: [0, 1, 2, 3].map((turns) => [{ name: 'rotate90', turns }]),
            },
          ],
        },
      },
    };
    const dataset = numberedDataset(9);
    const loader = createInlineViewLoader({ dataset, recipe, batchSize: 3, seed: 5 });
    const [batch] = await collect(loader.batches(4, 5));
    const { indices, groups } = batch as ViewBatch;
    expect(groups.turned?.targets).toEqual(Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3));
    for (const [position, index] of indices.entries()) {
      const image = await dataset.read(index);
      const views = applyRecipe(image, recipe, createRandom(5, 'views', 1, index)).global?.images ?? [];
      expect(views.map(({ data }) => data[0])).toEqual(
        [0, 3].map((row) => groups.global?.images[row + position]),
      );
    }
  });

  it('rejects with the error of an image, and once closed', async () => {
    const dataset = { ...numberedDataset(9), read: () => Promise.reject(new Error('cannot decode a.jpg')) };
    const options = { recipe: plainRecipe, batchSize: 3, seed: 5 };
    const broken = createInlineViewLoader({ ...options, dataset });
    await expect(collect(broken.batches(0, 1))).rejects.toThrow('cannot decode a.jpg');
    const loader = createInlineViewLoader({ ...options, dataset: numberedDataset(9) });
    const steps = loader.batches(0, 2)[Symbol.asyncIterator]();
    await steps.next();
    await loader.close();
    await expect(steps.next()).rejects.toThrow('ViewLoader: closed, so it has no more batches');
  });

  it('refuses steps that are none', () => {
    const loader = createInlineViewLoader({
      dataset: numberedDataset(9),
      recipe: plainRecipe,
      batchSize: 3,
      seed: 5,
    });
    expect(() => loader.batches(2, 1)).toThrow('expected integers with 0 ≤ fromStep ≤ toStep, got 2 and 1');
    expect(() => loader.batches(0.5, 1)).toThrow('got 0.5 and 1');
  });
});
