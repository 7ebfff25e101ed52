import type { Random } from '@ssl/random';

import { mixLogMel, type MixOptions } from '../functional/mix-log-mel.ts';
import type { Spectrogram } from '../spectrogram.ts';

/** How much of the other sound is mixed in. */
export interface RandomMixOptions extends MixOptions {
  /** Highest share of the other sound, in [0, 1]. Default 0.4, BYOL-A's of 2021; v2 has 0.2. */
  readonly ratio?: number;
}

/**
 * Mixes another sound into a log-mel spectrogram, its share uniform in [0, `ratio`).
 *
 * Source: nttcslab/byol-a at 3e65c92, `MixupBYOLA`; the caller chooses `z`, where the authors keep a memory of
 * past sounds.
 *
 * @param z another sound of the data, of the same size
 */
export function randomMixLogMel(
  x: Spectrogram,
  z: Spectrogram,
  random: Random,
  { ratio = 0.4, ...options }: RandomMixOptions = {},
): Spectrogram {
  return mixLogMel(x, z, random.uniform(0, ratio), options);
}
