import { evaluationRecipe } from '@ssl/augment';
import { createInlineViewLoader, oneStream, sampleRange, subset } from '@ssl/data';
import { openDataset } from '@ssl/data/node';
import { isUserError, UserError } from '@ssl/errors';
import { extractFeatures, nearestNeighbours, type ExtractedFeatures } from '@ssl/eval';
import type { Command } from 'commander';
import { predictionsOf, predictOption } from '../evaluation/evaluate-run.node.ts';
import { sampleIndices } from '../evaluation/evaluation-data.node.ts';
import { sampleBatches } from '../evaluation/sample-batches.node.ts';
import { openPictures, pictureDataset } from '../evaluation/picture-dataset.node.ts';
import { addBackendOptions } from '../options/backend-options.ts';
import { wholeNumber } from '../options/parsers.ts';
import { loadRun, type BackendOptions, type LoadedRun } from '../run/load-run.node.ts';
import { formatNumber, formatPercent } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.node.ts';

/** Options of `ssl classify` as commander gives them. */
interface ClassifyOptions extends BackendOptions {
  readonly neighbours: number;
  readonly json?: boolean;
}

/** A training image that resembles a picture. */
interface Neighbour {
  /** Its place in the run's training data. */
  readonly index: number;
  /** Cosine similarity of the features. */
  readonly similarity: number;
  readonly label?: string;
}

/** What a run makes of one picture. */
interface ClassifiedPicture {
  readonly image: string;
  /** The most probable of the classes that the run has found, from 0. */
  readonly class: number;
  /** The name of that class, where the network has learned the data set's own classes. */
  readonly className?: string;
  readonly probability: number;
  /** Most similar first. */
  readonly nearest: readonly Neighbour[];
}

/** Training images that are searched for neighbours, at most: their features are computed anew. */
const searchedImages = 2000;

/** `ssl classify RUN IMAGE…`: the self-learned class of a user's own pictures. */
export function addClassifyCommand(program: Command): void {
  const command = program
    .command('classify')
    .description('tell which of the classes it has found a run gives your own pictures')
    .argument('<run>', 'a run folder')
    .argument('<image...>', 'picture files')
    .option(
      '--neighbours <n>',
      'similar training images to name, 0 for none',
      wholeNumber('--neighbours', 0),
      3,
    );
  addBackendOptions(command).action(async (directory: string, paths: string[], options: ClassifyOptions) => {
    const terminal = createTerminal(options);
    const pictures = await openPictures(paths);
    const run = await loadRun(directory, options, terminal);
    try {
      if (run.method.predict === undefined) {
        throw new UserError(
          `${directory}: the method ${run.method.name} finds no classes; "ssl embed" gives features`,
        );
      }
      const { input } = run.plan;
      const dataset = pictureDataset(pictures, sampleRange(run.description.dataset.samples));
      const loader = createInlineViewLoader({
        ...{ dataset, input, recipe: evaluationRecipe(input), streams: oneStream(64) },
        ...{ seed: 0, shuffle: false, dropLast: false },
      });
      const outputs = await extractFeatures(
        run.backbone,
        loader.batches(0, loader.stepsPerEpoch),
        predictOption(run),
      );
      const nearest =
        options.neighbours > 0 ? await findNearest(run, outputs, options.neighbours, terminal) : [];
      const classNames = run.method.usesLabels ? run.description.dataset.classNames : undefined;
      const classified = describe(paths, outputs, nearest, classNames);
      terminal.document(classified);
      if (!terminal.json) terminal.say(tableOf(classified));
    } finally {
      run.dispose();
    }
  });
}

function describe(
  paths: readonly string[],
  outputs: ExtractedFeatures,
  nearest: readonly (readonly Neighbour[])[],
  classNames: readonly string[] = [],
): readonly ClassifiedPicture[] {
  const predicted = predictionsOf(outputs);
  return paths.map((image, row) => {
    const index = predicted?.classes[row] ?? -1;
    const className = classNames[index];
    return {
      ...{ image, class: index },
      ...(className !== undefined && { className }),
      ...{ probability: predicted?.confidence[row] ?? 0, nearest: nearest[row] ?? [] },
    };
  });
}

/** For each picture, the most similar of the run's training images; none where those are no longer there. */
async function findNearest(
  run: LoadedRun,
  pictures: ExtractedFeatures,
  count: number,
  terminal: Terminal,
): Promise<readonly (readonly Neighbour[])[]> {
  const { dataset: trained } = run.description;
  const { input } = run.plan;
  const dataset = await openDataset(trained.source, { split: 'train' }).catch((error: unknown) => {
    if (!isUserError(error)) throw error;
    terminal.note(`Warning: no similar training images: ${error.message}`);
    return undefined;
  });
  if (dataset === undefined) return [];
  try {
    const indices = sampleIndices(dataset.length, searchedImages, run.config.seed, 'classify');
    const bank = await extractFeatures(
      run.backbone,
      sampleBatches(
        { dataset: subset(dataset, indices), input, label: 'features of training samples' },
        terminal,
      ),
    );
    const found = await nearestNeighbours(pictures, bank, { k: count });
    return Array.from({ length: pictures.features.length / pictures.dim }, (_, row) =>
      Array.from({ length: found.k }, (_, rank) => {
        const index = indices[found.indices[row * found.k + rank] as number] as number;
        const label = dataset.classNames?.[dataset.labels?.[index] ?? -1];
        const similarity = found.similarities[row * found.k + rank] as number;
        return { index, similarity, ...(label !== undefined && { label }) };
      }),
    );
  } finally {
    await dataset.close();
  }
}

function tableOf(pictures: readonly ClassifiedPicture[]): string {
  return renderTable(
    ['picture', 'class', 'probability %', 'similar training images'],
    pictures.map(({ image, class: index, className, probability, nearest }) => [
      image,
      className ?? String(index),
      formatPercent(probability),
      nearest
        .map(
          ({ index: at, label, similarity }) =>
            `#${at}${label ? ` ${label}` : ''} (${formatNumber(similarity)})`,
        )
        .join(', '),
    ]),
  );
}
