import { z } from 'zod';
import { defineSpectrogramTransform, deviationOf, isSpectrogram } from '../audio-transform.ts';
import { mixLogMel } from '../functional/mix-log-mel.ts';
import { transformError } from '../../transform.ts';

/**
 * Mixes another recording of the data into a spectrogram, its share uniform in [0, `ratio`): BYOL-A's mixup. The other
 * recording has been through the same transforms before.
 *
 * Source: Niizumi et al., 2021, section III-B; nttcslab/byol-a at 3e65c92, `MixupBYOLA`. The authors draw the other
 * sound from a memory of past ones.
 */
export const randomMix = defineSpectrogramTransform({
  name: 'randomMix',
  needsPartner: true,
  parameters: {
    /** Highest share of the other recording; BYOL-A has 0.4, its v2 0.2. */
    ratio: z.number().min(0).max(1).default(0.4),
    /**
     * Unit of the logarithms that powers are taken from: 1 mixes as sounds mix in the air; `deviation`, that of the
     * data, is what the authors do, who mix after normalisation.
     */
    unit: z.union([z.literal('deviation'), z.number().positive()]).default('deviation'),
  },
  apply(spectrogram, { ratio, unit }, random, context) {
    const partner = context.partner();
    if (!isSpectrogram(partner)) throw transformError('randomMix', 'expected another spectrogram');
    const amount = random.uniform(0, ratio);
    return mixLogMel(spectrogram, partner, amount, {
      unit: unit === 'deviation' ? deviationOf(context) : unit,
    });
  },
});
