import type { AudioSample } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';

import { renderTone, toneClassNames } from './audio/generated-tones/render-tone.ts';
import { checkIndex, type DatasetSource, type Dataset, type Split } from './dataset.ts';

/** Changes whenever the same options render other tones. */
const version = 1;

const defaultLength: Readonly<Record<Split, number>> = { train: 2000, test: 500 };

/** Which tones are rendered. */
export interface GeneratedTonesOptions {
  /** Tones of one seed and rate are the same everywhere, whatever the length. Default 0. */
  readonly seed?: number;
  /** Default `train`. No tone is in both. */
  readonly split?: Split;
  /** Number of tones, default 2,000 to train and 500 to test. */
  readonly length?: number;
  /** In Hz, from 2,000 to 192,000; default 8,000. */
  readonly sampleRate?: number;
}

/** Duration of every recording. */
const seconds = 1;

/**
 * Recordings of one second, each a tone of one of ten voices, rendered when they are read; see `renderTone`. The voice
 * is the class; pitch, loudness, onset, duration, room and noise are left to chance. Classes are equally frequent.
 *
 * No download, no files, and the same in Node and in browsers.
 *
 * @throws UserError if an option is out of range
 */
export function createGeneratedTones(options: GeneratedTonesOptions = {}): Dataset {
  const { seed = 0, split = 'train', length = defaultLength[split], sampleRate = 8000 } = options;
  checkInteger('seed', seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('length', length, 1, 10_000_000);
  checkInteger('rate', sampleRate, 2000, 192_000);
  const random = createRandom(seed, 'generated-tones', split);
  const source: DatasetSource = { kind: 'generated-tones', seed, split, length, sampleRate };
  const name = `generated:tones (${split})`;
  const count = toneClassNames.length;
  const labels = Int32Array.from({ length }, (_, index) => labelAt(index));

  /** Each ten tones in a row have each voice once, in random order. */
  function labelAt(index: number): number {
    const block = Math.floor(index / count);
    return random.split('order', block).permutation(count)[index % count] as number;
  }

  return {
    name,
    source,
    length,
    samples: { modality: 'audio', shape: [seconds * sampleRate], sampleRate, seconds },
    classNames: toneClassNames,
    labels,
    fingerprint: `generated-tones-${version}-${split}-${seed}-${length}-${sampleRate}`,
    // async so that a wrong index rejects, as it does where reading takes time.
    read: async (index): Promise<AudioSample> => {
      checkIndex(`${name}: read`, index, length);
      const data = renderTone({
        classIndex: labels[index] as number,
        random: random.split('tone', index),
        ...{ sampleRate, seconds },
      });
      return { modality: 'audio', sampleRate, data };
    },
    close: () => Promise.resolve(),
  };
}

function checkInteger(option: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new UserError(
    `generated:tones: ${option} must be an integer from ${lowest} to ${highest}, got ${JSON.stringify(value)}`,
  );
}
