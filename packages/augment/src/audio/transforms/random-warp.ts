import { z } from 'zod';
import { probability } from '../../image/parameters.ts';
import { defineSpectrogramTransform } from '../audio-transform.ts';
import { warp } from '../functional/warp.ts';

/**
 * Moves a random point of the time or the frequency axis and stretches what is on one side of it at the cost of the
 * other: over time, parts of a word get longer or shorter; over frequency, resonances move as they do between voices.
 *
 * Source: SpecAugment (Park et al., 2019), time warping.
 */
export const randomWarp = defineSpectrogramTransform({
  name: 'randomWarp',
  parameters: {
    axis: z.enum(['frequency', 'time']),
    /** How far the point goes at most, up or down, as a share of the axis. It comes from the rest of the axis. */
    distance: z.number().positive().lte(0.25).default(0.1),
    probability: probability(1),
  },
  apply(spectrogram, { axis, distance }, random) {
    const from = random.uniform(2 * distance, 1 - 2 * distance);
    return warp(spectrogram, { axis, from, to: from + random.uniform(-distance, distance) });
  },
});
