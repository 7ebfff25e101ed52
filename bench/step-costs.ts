/**
 * What a training step of each method costs beside SimCLR's: processor time an image, augmentation included, of the
 * preset cifar10-small with one thread; methods without that preset, such as those of texts, are left out.
 * `npx tsx --conditions=@ssl/source bench/step-costs.ts [--backend wasm] [--methods byol,dino] [--out FILE.json]`
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BackendName } from '../packages/backend/src/index.ts';
import { useBackend } from '../packages/backend/src/node.ts';
import { createGeneratedShapes } from '../packages/data/src/index.ts';
import { getMethod, methodNames } from '../packages/losses/src/index.ts';
import { createTrainer, resolveConfig } from '../packages/train/src/index.ts';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'wasm' },
    methods: { type: 'string', default: methodNames.join() },
    out: { type: 'string' },
  },
});

interface Document {
  readonly preset: string;
  readonly backend: string;
  readonly threads: number;
  readonly node: string;
  readonly table: readonly {
    readonly method: string;
    readonly millisecondsAnImage: number;
    readonly besideSimclr: number;
  }[];
}

const preset = 'cifar10-small';
const baseline = 'simclr';
/** Steps before the clock, in which kernels are compiled and memory grows, and steps on it, in each of the rounds. */
const [warmUp, measured, rounds] = [3, 8, 3];

await useBackend(options.backend as BackendName, { threads: 1 });
const names = [...new Set([baseline, ...options.methods.split(',')])].filter(
  (name) => getMethod(name).presets?.[preset] !== undefined,
);
const costs = new Map<string, number[]>(names.map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const name of names) costs.get(name)?.push(await millisecondsAnImage(name));
}
const base = median(costs.get(baseline) ?? []);
const table = names.map((name) => {
  const cost = median(costs.get(name) ?? []);
  return { method: name, millisecondsAnImage: rounded(cost), besideSimclr: rounded(cost / base) };
});
console.table(table);
if (options.out !== undefined) {
  // Rows of methods that were not measured now stay: a row is a ratio within its own run.
  const now = new Set(names);
  const kept = existsSync(options.out)
    ? (JSON.parse(readFileSync(options.out, 'utf8')) as Document).table
    : [];
  const rows = [...table, ...kept.filter(({ method }) => !now.has(method))];
  const document: Document = {
    preset,
    backend: options.backend,
    threads: 1,
    node: process.version,
    table: rows,
  };
  writeFileSync(options.out, `${JSON.stringify(document, null, 2)}\n`);
}
process.exit(0);

/** Processor time of training, of each sample that a step takes from the first stream. */
async function millisecondsAnImage(name: string): Promise<number> {
  const method = getMethod(name);
  const { config } = resolveConfig({
    method,
    preset,
    layers: [
      { source: 'bench', settings: { epochs: 1, batchSize: 64, workers: 0, schedule: { warmupEpochs: 0 } } },
    ],
  });
  const dataset = createGeneratedShapes({ length: 64 * (warmUp + measured) });
  const trainer = await createTrainer({ method, dataset, config });
  let start = process.cpuUsage();
  let spent = 0;
  await trainer.run({
    onEvent: (event) => {
      if (event.type !== 'step') return;
      if (event.step === warmUp) start = process.cpuUsage();
      if (event.step === warmUp + measured) {
        const { user, system } = process.cpuUsage(start);
        spent = (user + system) / 1000;
      }
    },
  });
  trainer.dispose();
  return spent / (64 * measured);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
