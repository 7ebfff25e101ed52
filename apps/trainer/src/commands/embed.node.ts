import { extname } from 'node:path';
import { sampleRange } from '@ssl/data';
import { openDataset } from '@ssl/data/node';
import { UserError } from '@ssl/errors';
import { extractFeatures, type ExtractedFeatures } from '@ssl/eval';
import { writeSafetensors, type SafeTensor } from '@ssl/models';
import type { Command } from 'commander';
import { sampleBatches } from '../evaluation/sample-batches.node.ts';
import { encodeCsv } from '../files/csv.ts';
import { encodeNpy } from '../files/npy.ts';
import { writeAtomically } from '../files/write-atomically.node.ts';
import { addBackendOptions } from '../options/backend-options.ts';
import { loadRun, type BackendOptions } from '../run/load-run.node.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

/** Options of `ssl embed` as commander gives them. */
interface EmbedOptions extends BackendOptions {
  readonly data: string;
  readonly out: string;
  readonly split?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

type Encoder = (
  features: ExtractedFeatures,
  metadata: Readonly<Record<string, string>>,
) => string | Uint8Array;

/** File formats by the ending of the file's name. */
const encoders: Readonly<Record<string, Encoder>> = {
  '.safetensors': encodeSafetensors,
  '.npy': ({ features, dim }) => encodeNpy(features, features.length / dim, dim),
  '.csv': encodeRows,
};

/** `ssl embed RUN`: features of a data set. */
export function addEmbedCommand(program: Command): void {
  const command = program
    .command('embed')
    .description('write the features that a run’s network has for images')
    .argument('<run>', 'a run folder')
    .requiredOption('--data <path>', 'the images: whatever "ssl train" takes')
    .requiredOption('--out <file>', `where to write: ${Object.keys(encoders).join(', ')}`)
    .option('--split <name>', 'train or test, where the data set has both (default: train)')
    .option('--strict', 'make an error of images that would be skipped with a warning');
  addBackendOptions(command).action(async (directory: string, options: EmbedOptions) => {
    const terminal = createTerminal(options);
    const encode = encoders[extname(options.out).toLowerCase()];
    if (encode === undefined) {
      throw new UserError(
        `--out ${options.out}: expected a name that ends in ${Object.keys(encoders).join(', ')}`,
      );
    }
    const split = checkSplit(options.split);
    const run = await loadRun(directory, options, terminal);
    try {
      const range = sampleRange(run.description.dataset.samples);
      const dataset = await openDataset(options.data, {
        ...(range && { range }),
        strict: options.strict ?? false,
        onWarning: (line) => terminal.note(`Warning: ${line}`),
        ...(split && { split }),
      });
      try {
        const batches = sampleBatches({ dataset, input: run.plan.input, label: 'features' }, terminal);
        const extracted = await extractFeatures(run.backbone, batches);
        const metadata = {
          run: directory,
          dataset: dataset.name,
          step: String(run.checkpoint.state.step),
          ...(dataset.classNames && { classNames: JSON.stringify(dataset.classNames) }),
        };
        await writeAtomically(options.out, encode(extracted, metadata));
        terminal.document({ out: options.out, images: dataset.length, dimensions: extracted.dim });
        terminal.say(`${options.out}: ${dataset.length} × ${extracted.dim} features of ${dataset.name}.`);
      } finally {
        await dataset.close();
      }
    } finally {
      run.dispose();
    }
  });
}

function checkSplit(name: string | undefined): 'train' | 'test' | undefined {
  if (name === undefined || name === 'train' || name === 'test') return name;
  throw new UserError(`--split: expected train or test, got "${name}"`);
}

function encodeSafetensors(
  { features, dim, labels }: ExtractedFeatures,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const rows = features.length / dim;
  const tensors = new Map<string, SafeTensor>([
    ['features', { dtype: 'F32', shape: [rows, dim], data: features }],
  ]);
  if (labels) tensors.set('labels', { dtype: 'I32', shape: [rows], data: labels });
  return writeSafetensors(tensors, metadata);
}

function encodeRows({ features, dim, labels }: ExtractedFeatures): string {
  const columns = Array.from({ length: dim }, (_, column) => `f${column}`);
  const rows = Array.from({ length: features.length / dim }, (_, row) => [
    row,
    ...(labels ? [labels[row] as number] : []),
    ...features.subarray(row * dim, (row + 1) * dim),
  ]);
  return encodeCsv(['index', ...(labels ? ['label'] : []), ...columns], rows);
}
