import type { Random } from '@ssl/random';

import { maskStripe, type MaskAxis, type Stripe } from '../functional/mask-stripe.ts';
import type { Spectrogram } from '../spectrogram.ts';

/** How many stripes are masked along one axis, and how wide they are. */
export interface MaskStripesOptions {
  readonly axis: MaskAxis;
  /** Number of stripes; they may overlap. Default 1. */
  readonly count?: number;
  /** A stripe is narrower than this many bands or frames. */
  readonly maxLength: number;
  /** A stripe is also narrower than this share of the axis. Default 1. */
  readonly maxShare?: number;
  /** See `maskStripe`. Default 0. */
  readonly fill?: number;
}

/**
 * Masks random bands or frames, the masking of SpecAugment.
 *
 * Source: Park et al., 2019; torchaudio.transforms.FrequencyMasking and TimeMasking (`mask_along_axis`).
 */
export function randomMaskStripes(
  spectrogram: Spectrogram,
  random: Random,
  options: MaskStripesOptions,
): Spectrogram {
  let result = spectrogram;
  for (let i = 0; i < (options.count ?? 1); i++) {
    result = maskStripe(result, drawStripe(spectrogram, random, options), options.fill);
  }
  return result;
}

/** Draws one stripe of `randomMaskStripes`. */
export function drawStripe(
  { height, width }: { readonly height: number; readonly width: number },
  random: Random,
  { axis, maxLength, maxShare = 1 }: MaskStripesOptions,
): Stripe {
  const size = axis === 'frequency' ? height : width;
  const length = random.uniform(0, Math.min(maxLength, Math.floor(size * maxShare)));
  const start = random.uniform(0, size - length);
  return { axis, start: Math.floor(start), length: Math.floor(length) };
}
