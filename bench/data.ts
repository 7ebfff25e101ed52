/**
 * Images a second that a loader gives to a step that takes no time, by data set and number of workers, and how long
 * the first batch takes; and how long it takes to open a folder. Rounds of all cases take turns, so that what else
 * the machine does hits them alike; printed is the best round, and the median.
 * `npx tsx --conditions=@ssl/source bench/data.ts [rounds] [CIFAR-10 folder]`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  resolveAugmentation,
  viewTransforms,
  type InputSpec,
  type ViewRecipe,
} from '../packages/augment/src/index.ts';
import { oneStream, type Dataset } from '../packages/data/src/index.ts';
import { smoothImage } from '../packages/data/src/fixtures/image-bytes.node.ts';
import { createWorkerViewLoader, openDataset } from '../packages/data/src/node.ts';

interface Case {
  readonly name: string;
  readonly dataset: Dataset;
  readonly input: InputSpec;
  readonly recipe: ViewRecipe;
  readonly batchSize: number;
  readonly batches: number;
}

const rounds = Number(process.argv[2] ?? 3);
const cifarFolder = process.argv[3] ?? join(import.meta.dirname, '../../shared/data/cifar-10');
const scratch = mkdtempSync(join(tmpdir(), 'ssl-bench-'));

try {
  const small = await writeJpegs('small', 10_000, 64, 64);
  const large = await writeJpegs('large', 256, 500, 375);
  const start = performance.now();
  await openDataset(small);
  console.log(`opening a folder of 10,000 JPEGs: ${((performance.now() - start) / 1000).toFixed(1)} s`);

  const cifar = { ...pairOf('cifar10-small', 32), batchSize: 256, batches: 8 };
  const simclr = { ...pairOf('simclr-imagenet', 224), batchSize: 32, batches: 3 };
  const warm = await openDataset(small);
  for (let index = 0; index < warm.length; index++) await warm.read(index);
  await measure([
    { name: 'CIFAR-10', dataset: await openDataset(cifarFolder), ...cifar },
    { name: 'JPEG 64×64, decoded', dataset: await openDataset(small, { cacheMebibytes: 0 }), ...cifar },
    { name: 'JPEG 64×64, in the cache', dataset: warm, ...cifar },
    { name: 'JPEG 500×375, decoded', dataset: await openDataset(large, { cacheMebibytes: 0 }), ...simclr },
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Two views of an augmentation. */
function pairOf(name: string, side: number): Pick<Case, 'input' | 'recipe'> {
  const input: InputSpec = { modality: 'image', shape: [side, side, 3], dtype: 'float32' };
  const transforms = viewTransforms(resolveAugmentation(name, input, 'strong'), 2);
  return { input, recipe: { groups: { views: { count: 2, transforms } } } };
}

async function measure(cases: readonly Case[]): Promise<void> {
  const rows = cases.flatMap((each) =>
    [0, 1, 2].map((workers) => ({ each, workers, rates: [0], firsts: [0] })),
  );
  for (const row of rows) [row.rates, row.firsts] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const { each, workers, rates, firsts } of rows) {
      const { rate, first } = await run(each, workers);
      rates.push(rate);
      firsts.push(first);
    }
  }
  for (const { each, workers, rates, firsts } of rows) {
    rates.sort((a, b) => b - a);
    firsts.sort((a, b) => a - b);
    console.log(
      `${each.name.padEnd(26)} ${workers} workers: ${rates[0]?.toFixed(0).padStart(6)} images/s ` +
        `(median ${rates[rates.length >> 1]?.toFixed(0)}), first batch ${firsts[0]?.toFixed(0)} ms`,
    );
  }
}

async function run(
  { dataset, input, recipe, batchSize, batches }: Case,
  workers: number,
): Promise<{ rate: number; first: number }> {
  const loader = createWorkerViewLoader({
    ...{ dataset, input, recipe, streams: oneStream(batchSize), seed: 1, workers },
  });
  const start = performance.now();
  const arrivals: number[] = [];
  // More are asked for than are timed, so that there is as much work ahead at the end as at the beginning.
  for await (const { streams } of loader.batches(0, batches + 10)) {
    if (Object.values(streams)[0]?.size === batchSize) arrivals.push(performance.now() - start);
    if (arrivals.length > batches) break;
  }
  await loader.close();
  const [first = 0] = arrivals;
  return { rate: (batches * batchSize * 1000) / ((arrivals.at(-1) ?? 0) - first), first };
}

async function writeJpegs(name: string, count: number, width: number, height: number): Promise<string> {
  const folder = mkdtempSync(join(scratch, name));
  const images = await Promise.all(
    Array.from({ length: 20 }, (_, seed) => smoothImage('jpeg', seed, width, height)),
  );
  for (let index = 0; index < count; index++) {
    writeFileSync(join(folder, `${index}.jpg`), images[index % images.length] as Uint8Array);
  }
  return folder;
}
