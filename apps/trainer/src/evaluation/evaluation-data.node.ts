import { subset, type DatasetSource, type Dataset, type ValueRange } from '@ssl/data';
import { datasetSplits, openDataset } from '@ssl/data/node';
import { createRandom } from '@ssl/random';

/** The images that an evaluation learns from, and those that it scores. */
export interface EvaluationData {
  /** The bank of kNN, and what probes and k-means are fitted on. */
  readonly bank: Dataset;
  readonly test: Dataset;
  /** How the two were told apart, for the protocol. */
  readonly split: string;
  close(): Promise<void>;
}

/** How to open the data. */
export interface EvaluationDataOptions {
  readonly strict?: boolean;
  readonly onWarning?: (line: string) => void;
  /** The values that count as 0 and 1: those of the run. */
  readonly range?: ValueRange;
}

const heldBack = 0.2;

/**
 * Opens a data set for evaluation: its `train` and `test` splits where it has both. Otherwise a fifth of its
 * images is drawn for scoring, the same for a seed, and where there are no labels to score against, all images
 * are looked at.
 */
export async function openEvaluationData(
  source: string | DatasetSource,
  seed: number,
  options: EvaluationDataOptions = {},
): Promise<EvaluationData> {
  const splits = await datasetSplits(source);
  if (splits.includes('train') && splits.includes('test')) {
    const bank = await openDataset(source, { ...options, split: 'train' });
    const test = await openDataset(source, { ...options, split: 'test' });
    return {
      bank,
      test,
      split: 'the data set’s own train and test splits',
      close: async () => {
        await bank.close();
        await test.close();
      },
    };
  }
  const dataset = await openDataset(source, options);
  const close = (): Promise<void> => dataset.close();
  if (dataset.labels === undefined || dataset.length < 2) {
    return {
      bank: dataset,
      test: dataset,
      split: 'all images: there is no test split, and no label to score against',
      close,
    };
  }
  const order = createRandom(seed, 'evaluation-split').permutation(dataset.length);
  const held = Math.max(1, Math.round(dataset.length * heldBack));
  return {
    bank: subset(dataset, order.slice(held).sort()),
    test: subset(dataset, order.slice(0, held).sort()),
    split: `a fifth of the images held back for scoring, drawn with seed ${seed}: there is no test split`,
    close,
  };
}

/** At most `most` images of a data set, drawn with a seed, in their order. */
export function sampleIndices(length: number, most: number, seed: number, purpose: string): Int32Array {
  if (length <= most) return Int32Array.from({ length }, (_, index) => index);
  return createRandom(seed, purpose).permutation(length).slice(0, most).sort();
}
