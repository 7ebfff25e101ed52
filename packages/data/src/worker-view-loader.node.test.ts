import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { InputSpec, ViewBatch, ViewRecipe } from '@ssl/augment';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Dataset } from './dataset.ts';
import { cifar10Bytes } from './fixtures/cifar-10-bytes.ts';
import { noisyImage } from './fixtures/image-bytes.node.ts';
import { numberedDataset, numberedInput } from './fixtures/numbered-dataset.ts';
import { temporaryFolder } from './fixtures/temporary-folder.node.ts';
import { openDataset } from './open-dataset.node.ts';
import { subset } from './subset.ts';
import { oneStream, type StreamPlan, type ViewLoader } from './view-loader.ts';
import { createWorkerViewLoader, type WorkerViewLoaderOptions } from './worker-view-loader.node.ts';

const recipe: ViewRecipe = {
  shared: { crop: [{ name: 'randomResizedCrop', size: 16 }] },
  groups: {
    global: {
      ...{ shared: 'crop', count: 2 },
      transforms: [
        { name: 'randomHorizontalFlip' },
        { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8 },
        { name: 'gaussianBlur', kernelSize: 3, sigma: [0.1, 2], probability: 0.5 },
      ],
    },
    turned: {
      ...{ shared: 'crop', count: 3 },
      transforms: [
        {
          ...{ name: 'oneOf', pick: 'random', target: true },
          choices: [0, 1, 2, 3].map((turns) => [{ name: 'rotate90', turns }]),
        },
      ],
    },
  },
};

const colour: InputSpec = {
  ...{ modality: 'image', shape: [16, 16, 3], dtype: 'float32' },
  normalization: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] },
};

type LoaderOptions = Partial<WorkerViewLoaderOptions> & { dataset: Dataset; batchSize?: number };

function loaderOf({ batchSize = 4, ...options }: LoaderOptions): ViewLoader {
  const { samples } = options.dataset;
  const input = samples.shape[2] === 1 ? numberedInput : colour;
  const streams = oneStream(batchSize);
  const loader = createWorkerViewLoader({ recipe, input, streams, seed: 7, workers: 1, ...options });
  onTestFinished(() => loader.close());
  return loader;
}

async function collect(batches: AsyncIterable<ViewBatch>): Promise<ViewBatch[]> {
  const all: ViewBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

function digest(batches: readonly ViewBatch[]): string {
  const hash = createHash('sha256');
  for (const { streams, groups } of batches) {
    for (const [name, { size, indices, labels }] of Object.entries(streams))
      hash
        .update(`${name} ${size}`)
        .update(indices)
        .update(labels ?? 'none');
    for (const [name, { stream, count, shape, inputs, targets }] of Object.entries(groups)) {
      hash.update(`${name} ${stream} ${count} ${shape.join()}`).update(inputs);
      for (const [target, values] of Object.entries(targets))
        hash.update(`${target} ${values.shape.join()}`).update(values.data);
    }
  }
  return hash.digest('hex');
}

async function imageFolder(count: number): Promise<{ folder: string; dataset: Dataset }> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++)
    files[`${i % 2 ? 'odd' : 'even'}/${i}.jpg`] = await noisyImage('jpeg', i, 20 + i, 24);
  const folder = temporaryFolder(files);
  return { folder, dataset: await openDataset(folder) };
}

describe('batches', () => {
  it('are the same bytes with 0, 1 and 3 workers, for sets in memory and in files, over epochs', async () => {
    const cifar = await openDataset(
      temporaryFolder({ 'data_batch_1.bin': cifar10Bytes(Array.from({ length: 11 }, (_, i) => i % 10)) }),
    );
    const { dataset: folder } = await imageFolder(11);
    for (const dataset of [subset(cifar, [9, 1, 5, 5, 0, 2, 3]), folder]) {
      const digests: string[] = [];
      for (const workers of [0, 1, 3]) {
        const loader = loaderOf({ dataset, workers, dropLast: false });
        digests.push(digest(await collect(loader.batches(1, 2 * loader.stepsPerEpoch))));
        await loader.close();
      }
      expect(new Set(digests).size).toBe(1);
    }
  });

  it('are the same bytes for several streams, whose passes end within batches', async () => {
    const cifar = await openDataset(
      temporaryFolder({ 'data_batch_1.bin': cifar10Bytes(Array.from({ length: 11 }, (_, i) => i % 10)) }),
    );
    const { global, turned } = recipe.groups;
    const streams: StreamPlan[] = [
      { name: 'all', batchSize: 4 },
      { name: 'labelled', batchSize: 5, indices: Int32Array.of(3, 9, 4) },
    ];
    const both: ViewRecipe = {
      ...recipe,
      groups: {
        global: global!,
        turned: { ...turned!, stream: 'labelled' },
        hidden: {
          ...{ shared: 'crop', count: 1 },
          transforms: [{ name: 'patchMask', patchSize: [4, 4], ratio: 0.75 }],
        },
      },
    };
    const digests: string[] = [];
    for (const workers of [0, 1, 3]) {
      const loader = loaderOf({ dataset: cifar, recipe: both, streams, workers });
      const batches = await collect(loader.batches(1, 6));
      expect(batches.map((batch) => batch.streams.labelled?.size)).toEqual([5, 5, 5, 5, 5]);
      expect(Object.keys(batches[0]?.groups.hidden?.targets ?? {})).toEqual(['keep', 'mask']);
      digests.push(digest(batches));
      await loader.close();
    }
    expect(new Set(digests).size).toBe(1);
  });

  it('start anywhere, side by side, may be left early, and belong to the caller', async () => {
    const dataset = numberedDataset(21);
    const unbroken = await collect(loaderOf({ dataset, batchSize: 2, workers: 0 }).batches(0, 15));
    // Fewer images in a batch than workers.
    const loader = loaderOf({ dataset, batchSize: 2, workers: 3 });
    for await (const batch of loader.batches(2, 15)) {
      expect(digest([batch])).toBe(digest(unbroken.slice(2, 3)));
      break;
    }
    const [whole, resumed] = await Promise.all([
      collect(loader.batches(0, 15)),
      collect(loader.batches(6, 15)),
    ]);
    expect(digest(whole)).toBe(digest(unbroken));
    expect(digest(resumed)).toBe(digest(unbroken.slice(6)));
    expect(loader.waitMilliseconds).toBeGreaterThan(0);
  });
});

describe('ending', () => {
  it('rejects the awaited batch when closed, and every later one', async () => {
    const { dataset } = await imageFolder(8);
    const loader = loaderOf({ dataset });
    const steps = loader.batches(0, 100)[Symbol.asyncIterator]();
    await steps.next();
    const awaited = [steps.next(), steps.next(), steps.next(), steps.next()];
    const settled = Promise.allSettled(awaited);
    await Promise.all([loader.close(), loader.close()]);
    const closed = 'ViewLoader: closed, so it has no more batches';
    expect(
      (await settled).some((result) => result.status === 'rejected' && result.reason.message === closed),
    ).toBe(true);
    await expect(collect(loader.batches(0, 1))).rejects.toThrow(closed);
  });

  it('closes at once after it was created, and while workers start', async () => {
    const dataset = numberedDataset(8);
    await loaderOf({ dataset }).close();
    const loader = loaderOf({ dataset });
    const first = loader.batches(0, 1)[Symbol.asyncIterator]().next();
    const settled = expect(first).rejects.toThrow('closed');
    await loader.close();
    await settled;
  });

  it('lets the process end while a forgotten loader has work under way', async () => {
    const script = `
      import { openDataset, createWorkerViewLoader } from '@ssl/data/node';
      const dataset = await openDataset(${JSON.stringify(temporaryFolder({ 'test_batch.bin': cifar10Bytes(new Array(64).fill(0)) }))});
      const loader = createWorkerViewLoader({ dataset, recipe: ${JSON.stringify(recipe)}, input: ${JSON.stringify(colour)}, streams: [{ name: 'samples', batchSize: 8 }], seed: 1, workers: 1 });
      const { value } = await loader.batches(0, 100)[Symbol.asyncIterator]().next();
      process.stdout.write(String(value.streams.samples.size));`;
    const file = join(import.meta.dirname, '..');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--conditions=@ssl/source', '--input-type=module', '--eval', script],
      { cwd: file },
    );
    expect(stdout).toBe('8');
  });
});

describe('failing', () => {
  it('gives an image that breaks later as the error of its batch, after the batches before it', async () => {
    const { folder, dataset } = await imageFolder(12);
    writeFileSync(join(folder, 'even/8.jpg'), 'gone');
    const loader = loaderOf({ dataset, shuffle: false });
    const steps = loader.batches(0, 3)[Symbol.asyncIterator]();
    // Sorted, "even/8.jpg" is the sixth image, in the second batch of four.
    expect((await steps.next()).value).toMatchObject({ streams: { samples: { size: 4 } } });
    await expect(steps.next()).rejects.toThrow(`cannot decode ${join(folder, 'even/8.jpg')}: `);
    expect((await steps.next()).done).toBe(true);
    expect(await collect(loader.batches(2, 3))).toHaveLength(1);
  });

  it("keeps a user's mistake one, through the thread", async () => {
    const wrong: ViewRecipe = { groups: { a: { count: 1, transforms: [{ name: 'centerCrop', size: 0 }] } } };
    const loader = loaderOf({ dataset: numberedDataset(4), recipe: wrong });
    await expect(collect(loader.batches(0, 1))).rejects.toMatchObject({ name: 'UserError' });
  });

  it('refuses what it cannot send to workers, and counts that are none', () => {
    const dataset: Dataset = { ...numberedDataset(4) };
    delete dataset.share;
    expect(() => loaderOf({ dataset })).toThrow(
      'workers cannot open a data set of kind "numbered"; use createInlineViewLoader',
    );
    expect(() => loaderOf({ dataset, workers: -1 })).toThrow(
      'workers must be an integer of at least 0, got -1',
    );
    expect(() => loaderOf({ dataset, prefetchBatches: 0 })).toThrow(
      'prefetchBatches must be an integer of at least 1',
    );
    expect(() => loaderOf({ dataset, batchSize: 5 })).toThrow('holds 4 samples, fewer than a batch of 5');
  });
});
