/**
 * Compares training and inference of `resnet-tiny` on our backends with PyTorch, and a convolution with jax-js.
 *
 * The programs take turns, for several rounds; what counts is the median over the rounds in which the machine was
 * not busy with other things. Writes `bench/RESULTS.md` (the part between its marks). Build the command before.
 *
 * usage: node --conditions=@ssl/source --import tsx bench/compare.ts [--rounds N] [--steps N] [--widths 16,32]
 *   [--threads 2,1] [--backends tensorflow,wasm] [--jax-js FOLDER] [--print]
 *
 * `SSL_BENCH_PYTHON` names a Python that has torch; FOLDER is where "npm install @jax-js/jax" was run; `--print`
 * leaves the file alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchResult } from '../apps/trainer/src/bench/bench-result.ts';
import { renderConvolutions, renderWidth, type ConvolutionTimes, type Measured } from './render-results.ts';
import { describeProcessor, runProgram } from './run-program.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '10' },
    widths: { type: 'string', default: '16,32' },
    threads: { type: 'string', default: [...new Set([cpus().length, 1])].join(',') },
    backends: { type: 'string', default: 'tensorflow,wasm' },
    'jax-js': { type: 'string' },
    print: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const python = process.env['SSL_BENCH_PYTHON'];
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ssl = here('../apps/trainer/bin/ssl.js');
const source = ['--conditions=@ssl/source', '--import', 'tsx'];

interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

function programs(width: string): Program[] {
  const list: Program[] = [];
  const sizes = ['--width', width, '--batch-size', '128', '--image-size', '32', '--steps', options.steps];
  for (const threads of options.threads.split(',')) {
    const title = `${threads} ${threads === '1' ? 'thread' : 'threads'}`;
    for (const backend of options.backends.split(',')) {
      const args = [ssl, 'bench', '--json', '--backend', backend, '--threads', threads, ...sizes];
      list.push({ name: `${backend}, ${title}`, command: process.execPath, args });
    }
    if (python === undefined) continue;
    const args = [here('torch-step.py'), ...sizes, '--threads', threads];
    list.push({
      name: `PyTorch channels-last, ${title}`,
      command: python,
      args: [...args, '--channels-last'],
    });
    list.push({ name: `PyTorch default layout, ${title}`, command: python, args });
  }
  return list;
}

/** Plain JavaScript would take a quarter of an hour for one step of the others' batch. */
async function measureStockCpu(width: string): Promise<Measured> {
  const sizes = ['--width', width, '--batch-size', '1', '--image-size', '32', '--steps', '1'];
  const args = [ssl, 'bench', '--json', '--backend', 'cpu', ...sizes];
  return { name: 'stock tfjs cpu, batch 1', runs: [await runProgram<BenchResult>(process.execPath, args)] };
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measureWidth(width: string): Promise<string> {
  const measured = programs(width).map((program) => ({
    program,
    runs: [] as Measured['runs'][number][],
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const { program, runs } of measured) {
      note(`width ${width}, round ${round} of ${rounds}: ${program.name}`);
      runs.push(await runProgram<BenchResult>(program.command, program.args));
    }
  }
  note(`width ${width}: stock tfjs cpu`);
  const stock = await measureStockCpu(width);
  return renderWidth(
    width,
    [...measured.map(({ program, runs }) => ({ name: program.name, runs })), stock],
    rounds,
  );
}

async function measureConvolutions(folder: string): Promise<string> {
  const list: Program[] = options.backends.split(',').flatMap((backend) =>
    options.threads.split(',').map((threads) => ({
      name: `${backend}, ${threads} ${threads === '1' ? 'thread' : 'threads'}`,
      command: process.execPath,
      args: [...source, here('tfjs-conv.ts'), backend, threads, options.steps],
    })),
  );
  list.push({ name: 'jax-js, wasm', command: process.execPath, args: [here('jax-conv.mjs'), folder, '2'] });
  const times = new Map<string, ConvolutionTimes[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const { name, command, args } of list) {
      note(`convolution, round ${round} of ${rounds}: ${name}`);
      const { document } = await runProgram<ConvolutionTimes>(command, args);
      times.set(name, [...(times.get(name) ?? []), document]);
    }
  }
  return renderConvolutions(times);
}

const parts = [
  `${describeProcessor()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}; ` +
    `${rounds} rounds of ${options.steps} steps, batch 128 at 32×32.`,
];
for (const width of options.widths.split(',')) parts.push(await measureWidth(width));
if (options['jax-js'] !== undefined) parts.push(await measureConvolutions(options['jax-js']));
const results = parts.join('\n\n');
process.stdout.write(`${results}\n`);
if (!options.print) {
  const file = here('RESULTS.md');
  const [begin, end] = ['<!-- results -->', '<!-- /results -->'];
  const text = readFileSync(file, 'utf8');
  const [head, tail] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  writeFileSync(file, `${text.slice(0, head)}\n\n${results}\n\n${text.slice(tail)}`);
}
