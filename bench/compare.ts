/**
 * Compares training and inference of `resnet-tiny` and ResNet-18 on our backends with PyTorch, and a convolution with
 * jax-js.
 *
 * The programs take turns, for several rounds; what counts is the median over the rounds in which the machine was
 * not busy with other things. Writes each part into `bench/RESULTS.md` as soon as it is measured. Build the command
 * before.
 *
 * usage: node --conditions=@ssl/source --import tsx bench/compare.ts [--rounds N] [--steps N]
 *   [--only resnet-tiny-16,resnet-tiny-32,resnet18,convolution] [--threads 2,1] [--backends tensorflow,wasm]
 *   [--jax-js FOLDER] [--print]
 *
 * `SSL_BENCH_PYTHON` names a Python that has torch; FOLDER is where "npm install @jax-js/jax" was run, without which
 * there is no convolution; `--only` leaves the other parts of the file as they are, `--print` all of it.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchResult } from '../apps/trainer/src/bench/bench-result.ts';
import { renderConvolutions, renderNetwork, type ConvolutionTimes, type Measured } from './render-results.ts';
import { runProgram } from './run-program.ts';
import { writePart } from './write-part.ts';

interface Network {
  /** The part's name. */
  readonly part: string;
  readonly title: string;
  readonly backbone: string;
  readonly width: number;
  readonly batchSize: number;
  /** Plain JavaScript, too: ResNet-18 would take it minutes for one image. */
  readonly stock: boolean;
}

const tiny = { backbone: 'resnet-tiny', batchSize: 128, stock: true };
const networks: readonly Network[] = [
  { part: 'resnet-tiny-16', title: 'resnet-tiny, width 16', width: 16, ...tiny },
  { part: 'resnet-tiny-32', title: 'resnet-tiny, width 32', width: 32, ...tiny },
  {
    ...{ part: 'resnet18', title: 'ResNet-18, CIFAR stem', stock: false },
    ...{ backbone: 'resnet18', width: 64, batchSize: 32 },
  },
];
const parts = [...networks.map(({ part }) => part), 'convolution'];

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '10' },
    only: { type: 'string' },
    threads: { type: 'string', default: [...new Set([cpus().length, 1])].join(',') },
    backends: { type: 'string', default: 'tensorflow,wasm' },
    'jax-js': { type: 'string' },
    print: { type: 'boolean', default: false },
  },
});
const wanted = options.only?.split(',') ?? parts;
for (const name of wanted) {
  if (!parts.includes(name)) fail(`--only ${name}: there is no such part; parts are ${parts.join(', ')}`);
}
if (options.only !== undefined && wanted.includes('convolution') && options['jax-js'] === undefined) {
  fail('--only convolution: needs --jax-js FOLDER');
}
const rounds = Number(options.rounds);
const python = process.env['SSL_BENCH_PYTHON'];
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ssl = here('../apps/trainer/bin/ssl.js');
const source = ['--conditions=@ssl/source', '--import', 'tsx'];

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(2);
}

interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

function sizesOf({ backbone, width }: Network, batchSize: number, steps: string): string[] {
  const network = ['--backbone', backbone, '--width', String(width)];
  return [...network, '--batch-size', String(batchSize), '--image-size', '32', '--steps', steps];
}

function programs(network: Network): Program[] {
  const list: Program[] = [];
  const sizes = sizesOf(network, network.batchSize, options.steps);
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
async function measureStockCpu(network: Network): Promise<Measured> {
  const args = [ssl, 'bench', '--json', '--backend', 'cpu', ...sizesOf(network, 1, '1')];
  return { name: 'stock tfjs cpu, batch 1', runs: [await runProgram<BenchResult>(process.execPath, args)] };
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measureNetwork(network: Network): Promise<string> {
  const { part, title } = network;
  const measured = programs(network).map((program) => ({
    program,
    runs: [] as Measured['runs'][number][],
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const { program, runs } of measured) {
      note(`${part}, round ${round} of ${rounds}: ${program.name}`);
      runs.push(await runProgram<BenchResult>(program.command, program.args));
    }
  }
  const all: Measured[] = measured.map(({ program, runs }) => ({ name: program.name, runs }));
  if (network.stock) {
    note(`${part}: stock tfjs cpu`);
    all.push(await measureStockCpu(network));
  }
  return renderNetwork(title, all, rounds);
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

for (const network of networks.filter(({ part }) => wanted.includes(part))) {
  const table = await measureNetwork(network);
  const how = `${rounds} rounds of ${options.steps} steps, batch ${network.batchSize} at 32×32`;
  await writePart(network.part, how, [table], options);
}
if (wanted.includes('convolution') && options['jax-js'] !== undefined) {
  const table = await measureConvolutions(options['jax-js']);
  await writePart(
    'convolution',
    `${rounds} rounds of ${options.steps} runs, two of jax-js`,
    [table],
    options,
  );
}
