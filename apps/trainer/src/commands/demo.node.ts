import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { addBackendOptions } from '../options/backend-options.ts';
import { wholeNumber } from '../options/parsers.ts';
import { resolveTrainRequest } from '../options/train-request.node.ts';
import type { BackendOptions } from '../run/load-run.node.ts';
import { startRun } from '../run/start-run.node.ts';
import { commandLine } from '../terminal/command-line.ts';
import { formatDuration, formatPercent } from '../terminal/format.ts';
import { createStopSignal } from '../terminal/stop-signal.node.ts';
import { createTerminal } from '../terminal/terminal.node.ts';
import { evaluateFolder, sayEvaluation } from './eval.node.ts';
import { writeReport } from './report.node.ts';

/** Options of `ssl demo` as commander gives them. */
interface DemoOptions extends BackendOptions {
  readonly out?: string;
  readonly epochs?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

const preset = 'shapes-small';
const data = 'generated:shapes';

/** `ssl demo`: the whole way on generated pictures: training, evaluation, report. */
export function addDemoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description('train on generated pictures, evaluate, write the report: a few minutes on two cores')
    .option('--out <dir>', 'the run folder (default: demo-run)')
    .option('--epochs <n>', 'times that training goes through the pictures', wholeNumber('--epochs', 1))
    .option('--seed <n>', 'where all chance comes from', wholeNumber('--seed', 0));
  addBackendOptions(command).action(async (options: DemoOptions) => {
    const terminal = createTerminal(options);
    const start = performance.now();
    const out = options.out ?? freeFolder('demo-run');
    const request = await resolveTrainRequest({ ...options, preset, data, out }, new Date());
    const stop = createStopSignal(() =>
      terminal.note('Stopping after this step, with a checkpoint; a second signal ends at once.'),
    );
    const training = await startRun(request, terminal, stop);
    stop.dispose();
    if (training.outcome === 'stopped') {
      terminal.document({ training });
      terminal.say(`Stopped at step ${training.step} of ${training.totalSteps}; the checkpoint is saved.`);
      terminal.say(
        `Go on with: ${commandLine(['train', '--resume', out])}, then ${commandLine(['eval', out])}`,
      );
      process.exitCode = stop.status() ?? 1;
      return;
    }
    const evaluation = await evaluateFolder(out, options, terminal);
    const report = await writeReport(out);
    const seconds = (performance.now() - start) / 1000;
    terminal.document({ run: out, report, seconds, training, ...evaluation });
    sayEvaluation(evaluation, terminal);
    const { cluster } = evaluation.results;
    const pixels = evaluation.baselines.pixels.cluster;
    if (cluster && pixels) {
      terminal.say(
        `Without a label it found classes that agree with the shapes for ${formatPercent(cluster.acc)} % of the pictures; ` +
          `k-means on pixels: ${formatPercent(pixels.acc)} %.`,
      );
    }
    terminal.say(`Trained and evaluated in ${formatDuration(seconds)}.`);
    terminal.say(`Report: ${report}`);
    terminal.say(
      `Next, your own pictures: ${commandLine(['train', '--data', 'FOLDER', '--image-size', '64'])}`,
    );
  });
}

/** `name`, or the first of `name-2`, `name-3`, … that does not exist. */
function freeFolder(name: string): string {
  let folder = name;
  for (let number = 2; existsSync(folder); number++) folder = `${name}-${number}`;
  return folder;
}
