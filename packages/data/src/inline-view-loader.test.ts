import { applyRecipe, type ViewBatch, type ViewRecipe } from '@ssl/augment';
import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { numberedDataset, numberedInput, plainRecipe } from './fixtures/numbered-dataset.ts';
import { createInlineViewLoader } from './inline-view-loader.ts';
import { oneStream } from './view-loader.ts';

async function collect(batches: AsyncIterable<ViewBatch>): Promise<ViewBatch[]> {
  const all: ViewBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

const common = { recipe: plainRecipe, input: numberedInput, streams: oneStream(3), seed: 5 };

describe('createInlineViewLoader', () => {
  it('gives the batches of the steps asked for, with indices, labels and views of the same samples', async () => {
    const loader = createInlineViewLoader({
      ...common,
      dataset: numberedDataset(20),
      streams: oneStream(6),
      seed: 3,
    });
    const batches = await collect(loader.batches(2, 5));
    expect([loader.stepsPerEpoch, batches.length]).toEqual([3, 3]);
    const secondEpoch = createRandom(3, 'order', 1).permutation(20);
    expect(batches[1]?.streams.samples?.indices).toEqual(secondEpoch.slice(0, 6));
    for (const { streams, groups } of batches) {
      expect(Object.keys(streams)).toEqual(['samples']);
      const { size, indices, labels } = streams.samples!;
      expect([size, groups.images?.stream, groups.images?.count]).toEqual([6, 'samples', 1]);
      expect(groups.images?.shape).toEqual([1, 1, 1]);
      expect(labels).toEqual(indices.map((index) => index % 10));
      expect(groups.images?.inputs).toEqual(Float32Array.from(indices, (index) => index / 255));
    }
    expect(loader.waitMilliseconds).toBeGreaterThan(0);
  });

  it('draws the views of a sample from seed, epoch and index, laid out view by view', async () => {
    const choices = [0, 1, 2, 3].map((turns) => [{ name: 'rotate90', turns }]);
    const recipe: ViewRecipe = {
      groups: {
        global: { count: 2, transforms: [{ name: 'colorJitter', brightness: 0.9 }] },
        turned: { count: 4, transforms: [{ name: 'oneOf', pick: 'view', target: true, choices }] },
      },
    };
    const dataset = numberedDataset(9);
    const loader = createInlineViewLoader({ ...common, dataset, recipe });
    const [batch] = await collect(loader.batches(4, 5));
    const { streams, groups } = batch as ViewBatch;
    expect(groups.turned?.targets.choice).toEqual({
      shape: [],
      data: Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3),
    });
    for (const [position, index] of streams.samples!.indices.entries()) {
      const sample = await dataset.read(index);
      const random = createRandom(5, 'views', 1, index);
      const views = applyRecipe(sample, random, { recipe, input: numberedInput }).global?.inputs ?? [];
      expect(views.map(({ data }) => data[0])).toEqual(
        [0, 3].map((row) => groups.global?.inputs[row + position]),
      );
    }
  });

  it('makes the groups of each stream from its own samples, drawn by its name and pass', async () => {
    const jitter = [{ name: 'colorJitter', brightness: 0.9 }];
    const recipe: ViewRecipe = {
      groups: {
        plain: { count: 1, transforms: [] },
        jittered: { stream: 'labelled', count: 2, transforms: jitter },
        whole: { stream: 'labelled', count: 1, transforms: [] },
      },
    };
    const dataset = numberedDataset(9);
    const streams = [
      { name: 'all', batchSize: 4 },
      { name: 'labelled', batchSize: 3, indices: Int32Array.of(6, 7) },
    ];
    const loader = createInlineViewLoader({ ...common, dataset, recipe, streams });
    const [batch] = await collect(loader.batches(1, 2));
    const { all, labelled } = (batch as ViewBatch).streams;
    expect([all?.size, labelled?.size]).toEqual([4, 3]);
    expect(labelled?.labels).toEqual(labelled?.indices);
    const { plain, jittered, whole } = (batch as ViewBatch).groups;
    expect([plain?.stream, jittered?.stream]).toEqual(['all', 'labelled']);
    expect(plain?.inputs).toEqual(Float32Array.from(all!.indices, (index) => index / 255));
    expect(whole?.inputs).toEqual(Float32Array.from(labelled!.indices, (index) => index / 255));
    // The second batch of three holds the second sample of pass 1, and pass 2.
    for (const [position, index] of labelled!.indices.entries()) {
      const random = createRandom(5, 'views', 'labelled', position === 0 ? 1 : 2, index);
      const views = applyRecipe(await dataset.read(index), random, { recipe, input: numberedInput });
      expect(views.jittered?.inputs.map(({ data }) => data[0])).toEqual(
        [0, 3].map((row) => jittered?.inputs[row + position]),
      );
    }
  });

  it('rejects with the error of a sample, and once closed', async () => {
    const dataset = { ...numberedDataset(9), read: () => Promise.reject(new Error('cannot decode a.jpg')) };
    const broken = createInlineViewLoader({ ...common, dataset });
    await expect(collect(broken.batches(0, 1))).rejects.toThrow('cannot decode a.jpg');
    const loader = createInlineViewLoader({ ...common, dataset: numberedDataset(9) });
    const steps = loader.batches(0, 2)[Symbol.asyncIterator]();
    await steps.next();
    await loader.close();
    await expect(steps.next()).rejects.toThrow('ViewLoader: closed, so it has no more batches');
  });

  it('refuses steps that are none', () => {
    const loader = createInlineViewLoader({ ...common, dataset: numberedDataset(9) });
    expect(() => loader.batches(2, 1)).toThrow('expected integers with 0 ≤ fromStep ≤ toStep, got 2 and 1');
    expect(() => loader.batches(0.5, 1)).toThrow('got 0.5 and 1');
  });
});
