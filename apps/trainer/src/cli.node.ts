import type { AnyMethod } from '@ssl/losses';
import { Command } from 'commander';
import { addAugmentationsCommand } from './commands/augmentations.node.ts';
import { addBackendCommand } from './commands/backend.node.ts';
import { addBenchCommand } from './commands/bench.node.ts';
import { addClassifyCommand } from './commands/classify.node.ts';
import { addDemoCommand } from './commands/demo.node.ts';
import { addDoctorCommand } from './commands/doctor.node.ts';
import { addEmbedCommand } from './commands/embed.node.ts';
import { addEvalCommand } from './commands/eval.node.ts';
import { addExportCommand } from './commands/export.node.ts';
import { addMethodsCommand } from './commands/methods.node.ts';
import { addReportCommand } from './commands/report.node.ts';
import { addTrainCommand } from './commands/train.node.ts';
import { loadMethod } from './methods/load-method.node.ts';
import { packageVersion } from './package-version.node.ts';
import { reportFailure } from './terminal/report-failure.node.ts';
import { quietenLibraries, tolerateClosedPipes } from './terminal/streams.node.ts';

/** All commands. Parsing throws CommanderError for what is wrong with the options, and prints nothing itself. */
function createProgram(helpMethod: AnyMethod | undefined): Command {
  const program = new Command('ssl')
    .description(
      'Self-supervised learning on images, sound, text and arrays: pre-train, evaluate, look at what was learned.',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .helpCommand(false);
  addDemoCommand(program);
  addTrainCommand(program, helpMethod);
  addEvalCommand(program);
  addReportCommand(program);
  addEmbedCommand(program);
  addClassifyCommand(program);
  addExportCommand(program);
  addMethodsCommand(program);
  addAugmentationsCommand(program);
  addDoctorCommand(program);
  addBackendCommand(program);
  addBenchCommand(program);
  return program;
}

/** The method that `ssl train --method METHOD --help` is to list the options of. */
async function methodToExplain(args: readonly string[]): Promise<AnyMethod | undefined> {
  const name = args[args.indexOf('--method') + 1];
  const wantsHelp = args[0] === 'train' && args.some((word) => word === '--help' || word === '-h');
  if (!wantsHelp || !args.includes('--method') || name === undefined) return undefined;
  return (await loadMethod(name)).method;
}

/**
 * The command `ssl`: runs what the arguments ask for, then ends the process with the exit status: 0 done,
 * 1 failed while running, 2 the user's mistake, 130 or 143 stopped by a signal.
 *
 * @param args without the interpreter and the script
 */
export async function main(args: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  quietenLibraries();
  try {
    const program = createProgram(await methodToExplain(args));
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, process.stderr);
  }
  // A backend's worker threads must not keep a finished command alive.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit();
}
