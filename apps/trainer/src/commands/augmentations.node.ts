import { getModality, modalityNames, type Augmentation, type InputSpec } from '@ssl/augment';
import { openDataset } from '@ssl/data/node';
import type { Command } from 'commander';
import { loadDataKind } from '../data-kinds/load-data-kind.node.ts';
import { drawViewSheet, makeViewSheet } from '../evaluation/view-sheet.node.ts';
import { writeAtomically } from '../files/write-atomically.node.ts';
import { imageSize, wholeNumber } from '../options/parsers.ts';
import { readAugmentation } from '../options/read-augmentation.node.ts';
import { commandLine } from '../terminal/command-line.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.node.ts';

/** Options of `ssl augmentations draw` as commander gives them. */
interface DrawOptions {
  readonly data: string;
  readonly dataKind?: string;
  readonly out: string;
  readonly imageSize?: number | readonly [number, number];
  readonly samples: number;
  readonly views: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `ssl augmentations`: what views can be made of samples, and pictures of them. */
export function addAugmentationsCommand(program: Command): void {
  const command = program
    .command('augmentations')
    .description('list the augmentations that --augmentation takes, with their sources')
    .option('--json', 'one JSON document on standard output')
    .action((options: { json?: boolean }) => list(createTerminal(options)));
  command
    .command('draw')
    .description('draw samples of your data beside their views, to look at')
    .argument('<name>', 'auto, the name of an augmentation, or a JSON file')
    .requiredOption('--data <path>', 'the samples: whatever "ssl train" takes')
    .option('--data-kind <file>', 'a kind of data set of your own')
    .option('--out <file>', 'where to write the picture', 'augmentation.png')
    .option('--image-size <size>', 'size of the images in pixels, such as 32 or 48x80', imageSize)
    .option('--samples <n>', 'samples to draw, a row each', wholeNumber('--samples', 1), 6)
    .option('--views <n>', 'views of each', wholeNumber('--views', 1), 8)
    .option('--seed <n>', 'where all chance comes from', wholeNumber('--seed', 0), 0)
    .option('--json', 'one JSON document on standard output')
    .action(async (name: string, _: unknown, subcommand: Command) => {
      const options = subcommand.optsWithGlobals<DrawOptions>();
      await draw(name, options, createTerminal(options));
    });
}

function list(terminal: Terminal): void {
  const all = modalityNames().map((name) => {
    const { noun, augmentations } = getModality(name);
    return { modality: name, noun, augmentations: augmentations.map(summarise) };
  });
  terminal.document(all);
  if (terminal.json) return;
  for (const { modality, augmentations } of all) {
    terminal.say(`${modality}:`);
    for (const { name, description, source, strength } of augmentations) {
      terminal.say(`  ${name} (${strength})\n      ${description}\n      ${source}`);
    }
  }
  terminal.say(
    `\nauto takes what fits the data and the method. To look at one: ${commandLine(['augmentations', 'draw', 'NAME', '--data', 'PATH'])}`,
  );
}

function summarise({ name, description, source, strength }: Augmentation) {
  return { name, description, source, strength };
}

async function draw(name: string, options: DrawOptions, terminal: Terminal): Promise<void> {
  await loadDataKind(options.dataKind);
  const dataset = await openDataset(options.data, {
    onWarning: (line) => terminal.note(`Warning: ${line}`),
  });
  try {
    const modality = getModality(dataset.samples.modality);
    const size = options.imageSize === undefined ? {} : { size: options.imageSize };
    const input: InputSpec = modality.inputFor(dataset.samples, modality.inputOptions.parse(size));
    const augmentation = await readAugmentation(name, 'augmentations draw');
    const { samples, views, seed, out } = options;
    const sheet = await makeViewSheet({ dataset, input, augmentation, samples, views, seed });
    const png = await drawViewSheet(sheet);
    if (png === undefined) {
      const texts = sheet.rows.map((row) => row.map(({ text = '' }) => text));
      terminal.document({ augmentation: name, rows: texts });
      for (const [whole, ...changed] of texts)
        terminal.say([whole, ...changed.map((text) => `    ${text}`)].join('\n'));
      return;
    }
    await writeAtomically(out, png);
    terminal.document({ out, augmentation: name });
    terminal.say(`${out}: ${sheet.rows.length} samples of ${dataset.name}, each before its views.`);
  } finally {
    await dataset.close();
  }
}
