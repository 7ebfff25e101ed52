import { z } from 'zod';
import { probability } from '../../image/parameters.ts';
import { defineSpectrogramTransform } from '../audio-transform.ts';
import { raiseFloor } from '../functional/raise-floor.ts';

/**
 * Drowns what is faint in a spectrogram, as the noise of a room does: adds the same power to all values, so many
 * decibels below the loudest, uniform between two bounds.
 *
 * Source: this project; what white noise adds to a log-mel spectrogram on average.
 */
export const randomFloor = defineSpectrogramTransform({
  name: 'randomFloor',
  parameters: {
    /** Decibels below the loudest value, `[low, high]`. */
    decibels: z
      .tuple([z.number(), z.number()])
      .readonly()
      .refine(([low, high]) => low <= high, { error: 'the lower end must not be above the upper end' })
      .default([20, 50]),
    probability: probability(1),
  },
  apply: (spectrogram, { decibels }, random) => raiseFloor(spectrogram, random.uniform(...decibels)),
});
