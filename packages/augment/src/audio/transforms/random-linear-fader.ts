import { z } from 'zod';
import { probability } from '../../image/parameters.ts';
import { defineSpectrogramTransform, deviationOf } from '../audio-transform.ts';
import { linearFader } from '../functional/linear-fader.ts';

/**
 * Makes a sound fade in or out: what is added to the first and to the last frame is uniform in [−gain, gain).
 *
 * Source: Niizumi et al., 2022; nttcslab/byol-a at 3e65c92, `RandomLinearFader`.
 */
export const randomLinearFader = defineSpectrogramTransform({
  name: 'randomLinearFader',
  parameters: {
    /** Highest change at either end, in standard deviations of the data. */
    gain: z.number().min(0).default(1),
    probability: probability(1),
  },
  apply(spectrogram, { gain }, random, context) {
    const unit = deviationOf(context);
    const head = random.uniform(-gain, gain) * unit;
    return linearFader(spectrogram, head, random.uniform(-gain, gain) * unit);
  },
});
