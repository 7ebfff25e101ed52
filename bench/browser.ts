/**
 * Compares training and inference on wasm in Chromium, on an isolated page, with the same in Node: the network of
 * `ssl bench`, the same number of threads. Both take turns, for several rounds. Writes its part of
 * `bench/RESULTS.md`. Build the command before.
 *
 * usage: node --conditions=@ssl/source --import tsx bench/browser.ts [--rounds N] [--steps N] [--width N]
 *   [--batch-size N] [--threads N] [--print]
 *
 * `SSL_TEST_CHROMIUM` names a Chromium that is at no usual place.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromiumPath, launchChromium } from '../apps/viewer/e2e/chromium.ts';
import { serveViewer } from '../apps/viewer/e2e/viewer-site.ts';
import type { BenchResult } from '../apps/trainer/src/bench/bench-result.ts';
import type { StepRequest, StepTimes } from './chromium-step/worker.ts';
import { cells, median } from './render-results.ts';
import { runProgram } from './run-program.ts';
import { writePart } from './write-part.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '10' },
    width: { type: 'string', default: '16' },
    'batch-size': { type: 'string', default: '128' },
    threads: { type: 'string', default: '2' },
    print: { type: 'boolean', default: false },
  },
});
const { steps, width, threads, 'batch-size': batchSize } = options;
const rounds = Number(options.rounds);
const backbone = 'resnet-tiny';
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Milliseconds, medians of a round. */
interface Round {
  readonly train: number;
  readonly inference: number;
}

if (chromiumPath === undefined) {
  process.stderr.write('no Chromium on this machine; name one in SSL_TEST_CHROMIUM\n');
  process.exit(2);
}
const site = await serveViewer(here('chromium-step'));
const browser = await launchChromium();
const version = browser.version();
const [chromium, node]: [Round[], Round[]] = [[], []];
try {
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}: Chromium\n`);
    chromium.push(await measureChromium());
    process.stderr.write(`round ${round} of ${rounds}: Node\n`);
    node.push(await measureNode());
  }
} finally {
  await browser.close();
  await site.close();
}
const how = `Chromium ${version}; ${rounds} rounds of ${steps} steps, ${backbone} of width ${width}, batch ${batchSize} at 32×32`;
await writePart('browser', how, [render()], options);

async function measureChromium(): Promise<Round> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const request: StepRequest = { backbone, width, batchSize, steps, threads };
    await page.goto(`${site.isolated}?${new URLSearchParams({ ...request }).toString()}`);
    const body = page.locator('body[data-result]');
    await body.waitFor({ state: 'attached', timeout: 600_000 });
    const result = JSON.parse((await body.getAttribute('data-result')) ?? '') as
      StepTimes | { readonly error: string };
    if ('error' in result) throw new Error(`Chromium: ${result.error}`);
    const expected = `${threads} ${threads === '1' ? 'thread' : 'threads'}`;
    if (!result.description.includes(expected)) throw new Error(`Chromium computes on ${result.description}`);
    return { train: median(result.train), inference: median(result.inference) };
  } finally {
    await context.close();
  }
}

async function measureNode(): Promise<Round> {
  const sizes = ['--backbone', backbone, '--width', width, '--batch-size', batchSize, '--steps', steps];
  const { document } = await runProgram<BenchResult>(process.execPath, [
    ...[here('../apps/trainer/bin/ssl.js'), 'bench', '--json', '--backend', 'wasm', '--threads', threads],
    ...sizes,
  ]);
  return { train: document.train.stepMs.median, inference: document.inference.stepMs.median };
}

function render(): string {
  const headers = [
    `wasm, ${threads} threads`,
    'Chromium images/s',
    'Node images/s',
    'Chromium / Node, median of rounds',
    'least',
    'most',
  ];
  const lines = (['train', 'inference'] as const).map((work) => {
    const pace = (runs: readonly Round[]): string =>
      ((Number(batchSize) * 1000) / median(runs.map((run) => run[work]))).toFixed(0);
    const ratios = node.map((run, round) => run[work] / (chromium[round]?.[work] ?? NaN));
    return cells([
      work === 'train' ? 'training' : 'inference',
      ...[pace(chromium), pace(node)],
      ...[median(ratios), Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2)),
    ]);
  });
  return [cells(headers), cells(headers.map(() => '---')), ...lines].join('\n');
}
