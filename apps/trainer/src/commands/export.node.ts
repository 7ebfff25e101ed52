import { getModality } from '@ssl/augment';
import { join } from 'node:path';
import { unknownNameError } from '@ssl/errors';
import { writeSafetensors } from '@ssl/models';
import type { Command } from 'commander';
import { writeAtomically } from '../files/write-atomically.node.ts';
import { addBackendOptions } from '../options/backend-options.ts';
import { loadRun, type BackendOptions } from '../run/load-run.node.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

/** Options of `ssl export` as commander gives them. */
interface ExportOptions extends BackendOptions {
  readonly format: string;
  readonly out?: string;
  readonly json?: boolean;
}

const formats = ['safetensors'];

/** `ssl export RUN`: weights and preprocessing for elsewhere. */
export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description('write a run’s weights, with what images need before them, for other programs')
    .argument('<run>', 'a run folder')
    .option('--format <name>', formats.join(', '), 'safetensors')
    .option('--out <file>', 'where to write (default: RUN/model.safetensors)');
  addBackendOptions(command).action(async (directory: string, options: ExportOptions) => {
    const terminal = createTerminal(options);
    if (!formats.includes(options.format)) throw unknownNameError('format', options.format, formats);
    const run = await loadRun(directory, options, terminal);
    const out = options.out ?? join(directory, 'model.safetensors');
    const { input } = run.plan;
    const { weights, state } = run.checkpoint;
    const metadata = {
      format: 'pt',
      method: run.method.name,
      methodOptions: JSON.stringify(run.config.methodOptions),
      backbone: JSON.stringify(run.backbone.settings),
      preprocessing: JSON.stringify({
        input,
        transforms: getModality(input.modality).evaluation(input),
        ...input.normalization,
      }),
      step: String(state.step),
    };
    await writeAtomically(out, writeSafetensors(weights, metadata));
    run.dispose();
    terminal.document({ out, tensors: weights.size });
    terminal.say(`${out}: ${weights.size} tensors; its metadata say how to prepare images.`);
  });
}
