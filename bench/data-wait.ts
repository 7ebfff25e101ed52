/**
 * Whether training waits for its data: images a second that workers make of SimCLR's two views of 32×32 pixels when
 * nothing else runs, and the share of time that `ssl train` on native TensorFlow stands still for want of a batch, by
 * numbers of threads that compute and of workers, which share the cores. The cases take turns, for several rounds.
 * Writes its part of `bench/RESULTS.md`. Build the command before; the images are noise.
 *
 * usage: node --conditions=@ssl/source --import tsx bench/data-wait.ts [--rounds N] [--steps N] [--width N]
 *   [--pairs THREADS:WORKERS,…] [--print]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resolveAugmentation, type InputSpec } from '../packages/augment/src/index.ts';
import { oneStream } from '../packages/data/src/index.ts';
import { createWorkerViewLoader, openDataset } from '../packages/data/src/node.ts';
import { createRandom } from '../packages/random/src/index.ts';
import { cells, median } from './render-results.ts';
import { runProgram } from './run-program.ts';
import { writePart } from './write-part.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '60' },
    width: { type: 'string', default: '16' },
    pairs: { type: 'string', default: '2:1,1:1,2:2,2:0' },
    print: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const steps = Number(options.steps);
const batchSize = 128;
/** Steps between two looks at the share of waiting. */
const window = 10;
const ssl = fileURLToPath(new URL('../apps/trainer/bin/ssl.js', import.meta.url));
/** What the run log says of a window of steps. */
interface Pace {
  readonly imagesPerSecond: number;
  readonly dataWaitFraction: number;
}

const scratch = mkdtempSync(join(tmpdir(), 'ssl-bench-'));
try {
  const data = writeNoise(steps * batchSize);
  const workers = new Map([1, 2].map((count) => [count, [] as number[]]));
  const training = new Map(options.pairs.split(',').map((pair) => [pair, [] as Pace[][]]));
  for (let round = 1; round <= rounds; round++) {
    for (const [count, rates] of workers) {
      note(`round ${round} of ${rounds}: ${plural(count, 'worker')} alone`);
      rates.push(await viewsPerSecond(data, count));
    }
    for (const [pair, runs] of training) {
      note(`round ${round} of ${rounds}: training, ${describe(pair)}`);
      runs.push(await train(data, pair, `${pair.replace(':', '-')}-${round}`));
    }
  }
  const how = `${rounds} rounds of ${steps} steps, of which the first ${window} do not count`;
  await writePart('data', how, [renderWorkers(workers), renderTraining(training)], options);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Images a second, each made into two views, to a reader that takes them at once. */
async function viewsPerSecond(data: string, workers: number): Promise<number> {
  const dataset = await openDataset(data);
  const input: InputSpec = { modality: 'image', shape: [32, 32, 3], dtype: 'float32' };
  const { view: transforms } = resolveAugmentation('simclr-cifar10', input, 'strong');
  const loader = createWorkerViewLoader({
    ...{ dataset, input, streams: oneStream(batchSize), seed: 1 },
    recipe: { groups: { views: { count: 2, transforms } } },
    workers,
  });
  const arrivals: number[] = [];
  // The last batches have no work ahead of them any more: they do not count.
  const counted = loader.stepsPerEpoch - 4;
  for await (const batch of loader.batches(0, loader.stepsPerEpoch)) {
    if (Object.values(batch.streams)[0]?.size === batchSize) arrivals.push(performance.now());
  }
  await loader.close();
  await dataset.close();
  const [first = NaN, last = NaN] = [arrivals[1], arrivals[counted]];
  return ((counted - 1) * batchSize * 1000) / (last - first);
}

/** One epoch of `ssl train`; what its log says of each window after the first. */
async function train(data: string, pair: string, name: string): Promise<Pace[]> {
  const [threads = '1', workers = '1'] = pair.split(':');
  const out = join(scratch, name);
  await runProgram(process.execPath, [
    ...[ssl, 'train', '--json', '--method', 'self-classifier', '--augmentation', 'simclr-cifar10'],
    ...['--data', data, '--out', out, '--epochs', '1', '--batch-size', String(batchSize)],
    ...['--backend', 'tensorflow', '--threads', threads, '--workers', workers],
    ...['--set', `backbone.width=${options.width}`, '--set', `logEverySteps=${window}`],
  ]);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.slice(1).map((line) => JSON.parse(line) as Pace);
}

/** A folder in CIFAR-10's form. */
function writeNoise(images: number): string {
  const random = createRandom('noise');
  const record = 1 + 32 * 32 * 3;
  const bytes = Uint8Array.from({ length: images * record }, (_, at) =>
    random.integer(at % record === 0 ? 10 : 256),
  );
  writeFileSync(join(scratch, 'data_batch_1.bin'), bytes);
  return scratch;
}

function renderWorkers(workers: ReadonlyMap<number, readonly number[]>): string {
  const headers = ['SimCLR’s two views at 32×32', 'images/s, median', 'best', 'a worker, median'];
  const lines = [...workers].map(([count, rates]) => {
    const middle = median(rates);
    return cells([
      plural(count, 'worker'),
      middle.toFixed(0),
      Math.max(...rates).toFixed(0),
      (middle / count).toFixed(0),
    ]);
  });
  return [cells(headers), cells(headers.map(() => '---')), ...lines].join('\n');
}

function renderTraining(training: ReadonlyMap<string, readonly (readonly Pace[])[]>): string {
  const headers = [
    `native training, resnet-tiny of width ${options.width}, batch ${batchSize}`,
    'images/s, median',
    'waits for data, median',
    `most in any ${window} steps`,
  ];
  const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
  const lines = [...training].map(([pair, runs]) => {
    const all = runs.flat();
    const waits = all.map(({ dataWaitFraction }) => dataWaitFraction);
    return cells([
      describe(pair),
      median(all.map(({ imagesPerSecond }) => imagesPerSecond)).toFixed(0),
      percent(median(waits)),
      percent(Math.max(...waits)),
    ]);
  });
  return [cells(headers), cells(headers.map(() => '---')), ...lines].join('\n');
}

function describe(pair: string): string {
  const [threads = '1', workers = '1'] = pair.split(':');
  return `${plural(Number(threads), 'thread')}, ${plural(Number(workers), 'worker')}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
