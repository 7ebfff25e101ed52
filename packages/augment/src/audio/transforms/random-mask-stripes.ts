import type { Random } from '@ssl/random';
import { z } from 'zod';
import { probability } from '../../image/parameters.ts';
import { defineSpectrogramTransform, fillParameter, fillValue } from '../audio-transform.ts';
import { maskStripe, type MaskAxis, type Stripe } from '../functional/mask-stripe.ts';

/**
 * Masks random bands or frames, the masking of SpecAugment.
 *
 * Source: Park et al., 2019; torchaudio.transforms.FrequencyMasking and TimeMasking (`mask_along_axis`).
 */
export const randomMaskStripes = defineSpectrogramTransform({
  name: 'randomMaskStripes',
  parameters: {
    /** `frequency` masks bands, `time` masks frames. */
    axis: z.enum(['frequency', 'time']),
    /** Number of stripes; they may overlap. */
    count: z.int().min(1).max(100).default(1),
    /** A stripe is narrower than this many bands or frames. */
    maxLength: z.number().min(0),
    /** A stripe is also narrower than this share of the axis. */
    maxShare: z.number().min(0).max(1).default(1),
    /** What the stripes are filled with. */
    fill: fillParameter,
    probability: probability(1),
  },
  apply(spectrogram, { count, fill, ...widths }, random, context) {
    let result = spectrogram;
    for (let stripe = 0; stripe < count; stripe++) {
      result = maskStripe(result, drawStripe(spectrogram, random, widths), fillValue(fill, context));
    }
    return result;
  },
});

/** Draws one stripe of `randomMaskStripes`. */
export function drawStripe(
  { height, width }: { readonly height: number; readonly width: number },
  random: Random,
  {
    axis,
    maxLength,
    maxShare,
  }: { readonly axis: MaskAxis; readonly maxLength: number; readonly maxShare: number },
): Stripe {
  const size = axis === 'frequency' ? height : width;
  const length = random.uniform(0, Math.min(maxLength, Math.floor(size * maxShare)));
  const start = random.uniform(0, size - length);
  return { axis, start: Math.floor(start), length: Math.floor(length) };
}
