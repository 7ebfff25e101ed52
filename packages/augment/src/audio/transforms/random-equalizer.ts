import { z } from 'zod';
import { probability } from '../../image/parameters.ts';
import { defineSpectrogramTransform, deviationOf } from '../audio-transform.ts';
import { equalize } from '../functional/equalize.ts';

/**
 * Makes some frequencies louder and others softer, the same in all frames: what microphones, rooms and voices do. The
 * gains of a few bands are uniform in [−gain, gain), those in between are interpolated.
 *
 * Source: this project; cf. FilterAugment (Nam et al., 2022), whose linear type it resembles.
 */
export const randomEqualizer = defineSpectrogramTransform({
  name: 'randomEqualizer',
  parameters: {
    /** Bands whose gains are drawn, from the lowest to the highest at equal distances. */
    points: z.int().min(1).max(64).default(4),
    /** Highest change, in standard deviations of the data. */
    gain: z.number().min(0).default(1),
    probability: probability(1),
  },
  apply(spectrogram, { points, gain }, random, context) {
    const unit = deviationOf(context);
    return equalize(
      spectrogram,
      Array.from({ length: points }, () => random.uniform(-gain, gain) * unit),
    );
  },
});
