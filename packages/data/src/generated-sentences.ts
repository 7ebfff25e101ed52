import { byteTextSpec } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';

import { checkIndex, type DatasetSource, type Dataset, type Split } from './dataset.ts';
import { renderSentence, sentenceClassNames } from './text/generated-sentences/render-sentence.ts';
import { textSample } from './text/packed-texts.ts';

/** Changes whenever the same options give other sentences. */
const version = 1;

const defaultLength: Readonly<Record<Split, number>> = { train: 4000, test: 1000 };
/** Bytes of the longest sentences. */
const longestSentence = 80;

/** Which sentences are made. */
export interface GeneratedSentencesOptions {
  /** Sentences of one seed are the same everywhere, whatever the length. Default 0. */
  readonly seed?: number;
  /** Default `train`. The splits are drawn independently; a sentence may by chance be in both. */
  readonly split?: Split;
  /** Number of sentences, default 4,000 to train and 1,000 to test. */
  readonly length?: number;
}

/**
 * English sentences about six topics, made when they are read (`renderSentence`). The topic is the class; classes
 * are equally frequent.
 *
 * No download, no files, and the same in Node and in browsers.
 *
 * @throws UserError if an option is out of range
 */
export function createGeneratedSentences(options: GeneratedSentencesOptions = {}): Dataset {
  const { seed = 0, split = 'train', length = defaultLength[split] } = options;
  checkInteger('seed', seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('length', length, 1, 10_000_000);
  const random = createRandom(seed, 'generated-sentences', split);
  const source: DatasetSource = { kind: 'generated-sentences', seed, split, length };
  const name = `generated:sentences (${split})`;
  const classes = sentenceClassNames.length;
  const labels = Int32Array.from({ length }, (_, index) => labelAt(index));

  /** As many sentences in a row as there are topics are about each topic once, in random order. */
  function labelAt(index: number): number {
    const block = Math.floor(index / classes);
    return random.split('order', block).permutation(classes)[index % classes] as number;
  }

  return {
    name,
    source,
    length,
    samples: byteTextSpec(longestSentence),
    classNames: sentenceClassNames,
    labels,
    fingerprint: `generated-sentences-${version}-${split}-${seed}-${length}`,
    // async so that a wrong index rejects, as it does where reading takes time.
    read: async (index) => {
      checkIndex(`${name}: read`, index, length);
      const classIndex = labels[index] as number;
      return textSample(renderSentence({ classIndex, random: random.split('sentence', index) }));
    },
    close: () => Promise.resolve(),
  };
}

function checkInteger(option: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new UserError(
    `generated:sentences: ${option} must be an integer from ${lowest} to ${highest}, got ${JSON.stringify(value)}`,
  );
}
