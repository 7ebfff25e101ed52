import { parseRange } from '@ssl/data';
import { acceptedData } from '@ssl/data/node';
import type { AnyMethod } from '@ssl/losses';
import type { Command } from 'commander';
import { addBackendOptions } from '../options/backend-options.ts';
import { collect, imageSize, wholeNumber } from '../options/parsers.ts';
import { resolveTrainRequest, type TrainOptions } from '../options/train-request.node.ts';
import { resumeRun } from '../run/resume-run.node.ts';
import type { TrainingSummary } from '../run/run-training.node.ts';
import { startRun } from '../run/start-run.node.ts';
import { commandLine } from '../terminal/command-line.ts';
import { formatCount, formatDuration, formatNumber } from '../terminal/format.ts';
import { createStopSignal } from '../terminal/stop-signal.node.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.node.ts';
import { formatOptions } from './methods.node.ts';

/** Options of `ssl train` as commander gives them. */
interface TrainCommandOptions extends TrainOptions {
  readonly resume?: string;
  readonly json?: boolean;
}

/**
 * `ssl train`: pre-trains a backbone on images without labels.
 *
 * @param helpMethod whose options the help is to list
 */
export function addTrainCommand(program: Command, helpMethod?: AnyMethod): void {
  const command = program.command('train').description('pre-train a network on images, without labels');
  addBackendOptions(addTrainOptions(command))
    .option('--resume <dir>', 'go on with the run in this folder: everything else comes from the run')
    .addHelpText(
      'after',
      `
Settings of training, by --set KEY=VALUE or in a config file, are listed by "ssl methods --training"; those of a
method by "ssl methods NAME". Options win over the config file, that over the preset, that over the defaults.

Examples:
  ssl train --preset cifar10-small --data path/to/cifar-10
  ssl train --data photos --image-size 64 --epochs 50 --set optimizer.learningRate=0.05 --set classes=20,100
  ssl train --method ./my-method.ts --data photos    (a method of your own: "ssl methods new NAME")
  ssl train --resume runs/self-classifier-photos-20260131-120501${optionsHelp(helpMethod)}`,
    )
    .action(async (options: TrainCommandOptions) => {
      const terminal = createTerminal(options);
      const stop = createStopSignal(() =>
        terminal.note('Stopping after this step, with a checkpoint; a second signal ends at once.'),
      );
      const { resume } = options;
      const summary =
        resume === undefined
          ? await startRun(await resolveTrainRequest(options, new Date()), terminal, stop)
          : await resumeRun(resume, options, terminal, stop);
      stop.dispose();
      terminal.document(summary);
      report(summary, terminal);
      if (summary.outcome === 'stopped') process.exitCode = stop.status() ?? 1;
    });
}

function optionsHelp(method: AnyMethod | undefined): string {
  return method === undefined
    ? ''
    : `\n\nOptions of ${method.name}, each set by --set NAME=VALUE:\n${formatOptions(method)}`;
}

function addTrainOptions(command: Command): Command {
  return command
    .option(
      '--method <name>',
      'what to learn from: a name of "ssl methods", a file (./my-method.ts) or a package (default: self-classifier)',
    )
    .option('--data <path>', acceptedData())
    .option('--out <dir>', 'the run folder (default: runs/METHOD-DATA-DATE)')
    .option('--preset <name>', 'settings under a name, e.g. cifar10-small (see "ssl methods NAME")')
    .option('--config <file>', 'settings from a JSON or YAML file')
    .option('--set <key=value>', 'one setting of training or of the method; may be repeated', collect)
    .option('--epochs <n>', 'times that training goes through the data', wholeNumber('--epochs', 1))
    .option('--batch-size <n>', 'samples in a step', wholeNumber('--batch-size', 1))
    .option('--backbone <name>', 'the network, e.g. resnet-tiny or resnet18')
    .option(
      '--image-size <size>',
      'size of the images in pixels, one side (32) or height and width (48x80); default: the data set’s own',
      imageSize,
    )
    .option(
      '--range <low,high>',
      'values that count as 0 and 1 in images of 16 bits or floats, e.g. 0,4095; default: measured',
      parseRange,
    )
    .option(
      '--augmentation <name>',
      'how views are made: auto, a name of "ssl augmentations", or a JSON file',
    )
    .option('--normalization <name>', 'auto (measured on the data), none, imagenet, cifar10, …')
    .option(
      '--labels <file>',
      'CSV of path,class (index,class for packed sets): labels in place of the data set’s own',
    )
    .option(
      '--labels-per-class <n>',
      'labels of each class that the method may see (default: all)',
      wholeNumber('--labels-per-class', 1),
    )
    .option(
      '--init <path>',
      'weights that the backbone starts from: another run, or a safetensors file, e.g. of "ssl export" or torchvision',
    )
    .option(
      '--micro-batch <n>',
      'samples that go through the network at once, for batches that do not fit into memory',
      wholeNumber('--micro-batch', 1),
    )
    .option('--seed <n>', 'where all chance comes from', wholeNumber('--seed', 0))
    .option(
      '--workers <n>',
      'threads that prepare samples (default: by the machine)',
      wholeNumber('--workers', 0),
    )
    .option('--strict', 'make an error of samples that would be skipped with a warning')
    .option('--data-kind <file>', 'a kind of data set of your own: a file (./my-kind.ts) or a package')
    .option('--check', 'watch the method for leaks and writes at every step (for methods of your own)');
}

function report(summary: TrainingSummary, terminal: Terminal): void {
  const { run, outcome, step, totalSteps, epochs, loss, seconds, imagesPerSecond } = summary;
  if (outcome === 'stopped') {
    terminal.say(`Stopped at step ${step} of ${totalSteps}; the checkpoint is saved.`);
    terminal.say(`Go on with: ${commandLine(['train', '--resume', run])}`);
    return;
  }
  if (loss === undefined) {
    terminal.say(
      `${run} is complete already: ${formatCount(epochs, 'epoch')}, ${formatCount(step, 'step')}.`,
    );
  } else {
    terminal.say(
      `Trained ${formatCount(epochs, 'epoch')} (${formatCount(totalSteps, 'step')}) in ${formatDuration(seconds)}, ` +
        `${Math.round(imagesPerSecond)} samples/s; last loss ${formatNumber(loss)}.`,
    );
  }
  terminal.say(`Next: ${commandLine(['eval', run])}`);
}
