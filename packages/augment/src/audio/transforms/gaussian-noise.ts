import { z } from 'zod';
import { probability } from '../../image/parameters.ts';
import { defineSpectrogramTransform, deviationOf } from '../audio-transform.ts';
import { createSpectrogram } from '../spectrogram.ts';

/**
 * Adds normally distributed noise to each value of a spectrogram. As the transform of images of the same name, but
 * for the unit: standard deviations of the data.
 */
export const gaussianNoise = defineSpectrogramTransform({
  name: 'gaussianNoise',
  parameters: {
    mean: z.number().default(0),
    /** Standard deviation of the noise. */
    sigma: z.number().min(0).default(0.1),
    /** Spectrograms have no bounds to clip to. */
    clip: z.literal(false).default(false),
    probability: probability(1),
  },
  apply(spectrogram, { mean, sigma }, random, context) {
    const { height, width, data } = spectrogram;
    const unit = deviationOf(context);
    const result = createSpectrogram(height, width);
    for (let i = 0; i < data.length; i++) {
      result.data[i] = (data[i] as number) + unit * random.normal(mean, sigma);
    }
    return result;
  },
});
