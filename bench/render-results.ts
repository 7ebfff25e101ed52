import type { BenchResult } from '../apps/trainer/src/bench/bench-result.ts';
import type { ProgramRun } from './run-program.ts';

/** One program's runs, a round each. */
export interface Measured {
  readonly name: string;
  readonly runs: readonly ProgramRun<Pick<BenchResult, 'train' | 'inference' | 'peakMemoryMiB'>>[];
}

/** Milliseconds of a convolution and of both its gradients together. */
export interface ConvolutionTimes {
  readonly forwardMs: number;
  readonly gradientsMs: number;
}

/** Share of the machine that others may take before a round counts as busy. */
const busyShare = 0.1;

interface Row {
  readonly name: string;
  readonly imagesPerSecond: number;
  readonly best: number;
  readonly processorMs: number;
  readonly inference: number;
  readonly peak: number;
  readonly quiet: number;
  readonly others: number;
}

/** A table of all programs and one of their ratios. */
export function renderNetwork(title: string, measured: readonly Measured[], rounds: number): string {
  const rows = measured.map(summarise);
  const lines = rows.map((row) =>
    cells([
      row.name,
      row.imagesPerSecond.toFixed(1),
      row.best.toFixed(1),
      row.processorMs.toFixed(1),
      row.inference.toFixed(0),
      row.peak.toFixed(0),
      `${row.quiet}, others ${(100 * row.others).toFixed(0)} %`,
    ]),
  );
  const headers = [
    title,
    'training images/s, median',
    'best',
    'processor ms a step',
    'inference images/s',
    'peak MiB',
    `quiet rounds of ${rounds}`,
  ];
  return [cells(headers), cells(headers.map(() => '---')), ...lines, '', ...renderRatios(rows)].join('\n');
}

function summarise({ name, runs }: Measured): Row {
  const quiet = runs.filter(({ othersShare }) => othersShare <= busyShare);
  const counted = quiet.length > 0 ? quiet : runs;
  const over = (pick: (run: Measured['runs'][number]) => number): number => median(counted.map(pick));
  return {
    name,
    imagesPerSecond: over(({ document }) => document.train.imagesPerSecond),
    best: Math.max(
      ...runs.map(
        ({ document: { train } }) => (train.imagesPerSecond * train.stepMs.median) / train.stepMs.min,
      ),
    ),
    processorMs: over(({ document }) => document.train.processorMs),
    inference: over(({ document }) => document.inference.imagesPerSecond),
    peak: over(({ document }) => document.peakMemoryMiB),
    quiet: quiet.length,
    others: median(runs.map(({ othersShare }) => othersShare)),
  };
}

/** Ours over the others with as many threads: of images/s by the median and the best, and of processor time. */
function renderRatios(rows: readonly Row[]): string[] {
  const lines: string[] = [];
  const threadsOf = (row: Row): string => row.name.split(', ').at(-1) ?? '';
  const isOther = (row: Row): boolean => /^(PyTorch|stock)/.test(row.name);
  for (const ours of rows.filter((row) => !isOther(row))) {
    for (const other of rows) {
      const peer = isOther(other) && (threadsOf(other) === threadsOf(ours) || other.name.startsWith('stock'));
      const slower = other !== ours && other.name === ours.name.replace(/\d+ threads/, '1 thread');
      if (!peer && !slower) continue;
      const processor = other.name.startsWith('stock')
        ? '–'
        : (other.processorMs / ours.processorMs).toFixed(2);
      lines.push(
        cells([
          `${ours.name} / ${other.name}`,
          (ours.imagesPerSecond / other.imagesPerSecond).toFixed(2),
          (ours.best / other.best).toFixed(2),
          processor,
        ]),
      );
    }
  }
  const headers = ['ratio', 'median', 'best', 'processor time'];
  return [cells(headers), cells(headers.map(() => '---')), ...lines];
}

/** The convolution of 32 to 32 channels, and how many times slower each is than ours. */
export function renderConvolutions(times: ReadonlyMap<string, readonly ConvolutionTimes[]>): string {
  const rows = [...times].map(([name, runs]) => ({
    name,
    forward: median(runs.map(({ forwardMs }) => forwardMs)),
    gradients: median(runs.map(({ gradientsMs }) => gradientsMs)),
  }));
  const jax = rows.find(({ name }) => name.startsWith('jax-js'));
  const headers = [
    'convolution 3×3, 32 → 32, 32 images of 32×32',
    'forward ms',
    'both gradients ms',
    'jax-js takes',
  ];
  const lines = rows.map((row) =>
    cells([
      row.name,
      row.forward.toFixed(1),
      row.gradients.toFixed(1),
      jax
        ? `${((jax.forward + jax.gradients) / (row.forward + row.gradients)).toFixed(1)} times as long`
        : '–',
    ]),
  );
  return [cells(headers), cells(headers.map(() => '---')), ...lines].join('\n');
}

export function cells(values: readonly string[]): string {
  return `| ${values.join(' | ')} |`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [lower, upper] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((lower ?? NaN) + (upper ?? NaN)) / 2;
}
