import type { Random } from '@ssl/random';

import { linearFader } from '../functional/linear-fader.ts';
import type { Spectrogram } from '../spectrogram.ts';

/** How much the loudness changes. */
export interface RandomFaderOptions {
  /** Highest change at either end, in units of the spectrogram's values. Default 1. */
  readonly gain?: number;
}

/**
 * Makes a sound fade in or out: what is added to the first and to the last frame is uniform in [−gain, gain). The
 * authors apply it to normalised spectrograms, where 1 is the standard deviation of the data.
 *
 * Source: nttcslab/byol-a at 3e65c92, `RandomLinearFader`.
 */
export function randomLinearFader(
  spectrogram: Spectrogram,
  random: Random,
  { gain = 1 }: RandomFaderOptions = {},
): Spectrogram {
  const head = random.uniform(-gain, gain);
  return linearFader(spectrogram, head, random.uniform(-gain, gain));
}
