import type { BackendName } from '@ssl/backend';
import { useBackend } from '@ssl/backend/node';
import type { Command } from 'commander';
import { createBenchNetwork } from '../bench/bench-network.ts';
import type { BenchResult, BenchSettings, KernelShare } from '../bench/bench-result.ts';
import { benchEveryBackend } from '../bench/bench-every-backend.node.ts';
import { measureSteps } from '../bench/measure-steps.node.ts';
import { profileKernels } from '../bench/profile-kernels.ts';
import { addBackendOptions } from '../options/backend-options.ts';
import { wholeNumber } from '../options/parsers.ts';
import type { BackendOptions } from '../run/load-run.node.ts';
import { renderTable } from '../terminal/table.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

interface BenchOptions extends BackendOptions, BenchSettings {
  readonly profile?: boolean;
  readonly json?: boolean;
}

/** `ssl bench`: how fast this machine trains. */
export function addBenchCommand(program: Command): void {
  const command = program
    .command('bench')
    .description('how fast this machine trains: one backend, or all that are here')
    .option('--backbone <name>', 'the network', 'resnet-tiny')
    .option('--width <n>', 'channels of its first stage (default: the network’s)', wholeNumber('--width', 1))
    .option('--batch-size <n>', 'images in a step', wholeNumber('--batch-size', 1), 128)
    .option('--image-size <n>', 'side of the images in pixels', wholeNumber('--image-size', 1), 32)
    .option('--steps <n>', 'steps to time, after two that do not count', wholeNumber('--steps', 1), 10)
    .option('--profile', 'also tell where a training step’s time goes, by kernel (with --backend)');
  addBackendOptions(command, 'all that are here, each in a process of its own').action(bench);
}

async function bench(options: BenchOptions): Promise<void> {
  const terminal = createTerminal(options);
  if (options.backend !== undefined) {
    const result = await benchBackend(options.backend, options);
    terminal.document(result);
    if (!terminal.json) terminal.say(formatResults([result]));
    if (result.profile && !terminal.json) terminal.say(`\n${formatProfile(result.profile)}`);
    return;
  }
  const results = await benchEveryBackend(options, options.threads, (line) => terminal.note(line));
  terminal.document(results);
  if (!terminal.json) terminal.say(formatResults(results));
}

async function benchBackend(name: string, options: BenchOptions): Promise<BenchResult> {
  const { threads, batchSize, imageSize, steps } = options;
  const backend = await useBackend(name as BackendName, threads === undefined ? {} : { threads });
  const network = createBenchNetwork(options);
  const train = await measureSteps(network.train, batchSize, steps);
  const inference = await measureSteps(network.infer, batchSize, steps);
  const peakMemoryMiB = process.resourceUsage().maxRSS / 1024;
  const profile = options.profile ? await profileKernels(network.train, Math.min(steps, 5)) : undefined;
  const { name: backbone, settings } = network.backbone;
  network.dispose();
  return {
    backend: backend.name,
    description: backend.description,
    threads: backend.threads,
    backbone,
    width: typeof settings.options['width'] === 'number' ? settings.options['width'] : 0,
    batchSize,
    imageSize,
    steps,
    train,
    inference,
    peakMemoryMiB,
    ...(profile && { profile }),
  };
}

function formatResults(results: readonly BenchResult[]): string {
  const [first] = results;
  if (!first) return 'No backend could be measured.';
  const rows = results.map(({ description, batchSize, train, inference, peakMemoryMiB }) => [
    description,
    String(batchSize),
    train.imagesPerSecond.toFixed(1),
    train.stepMs.median.toFixed(1),
    train.processorMs.toFixed(1),
    inference.imagesPerSecond.toFixed(1),
    peakMemoryMiB.toFixed(0),
  ]);
  const headers = [
    'backend',
    'batch',
    'training images/s',
    'step ms',
    'processor ms',
    'inference images/s',
    'peak MiB',
  ];
  const { backbone, width, imageSize } = first;
  return `${backbone} of width ${width}, images of ${imageSize}×${imageSize}, medians\n\n${renderTable(headers, rows)}`;
}

function formatProfile(profile: readonly KernelShare[]): string {
  const shown = profile.filter(({ ms }) => ms >= 0.1);
  const sum = profile.reduce((total, { ms }) => total + ms, 0);
  const rows = shown.map(({ kernel, shapes, calls, ms }) => [
    ms.toFixed(2),
    calls.toFixed(0),
    kernel,
    shapes,
  ]);
  return `${renderTable(['ms in a step', 'calls', 'kernel', 'shapes'], rows)}\n\nIn kernels: ${sum.toFixed(1)} ms a step`;
}
