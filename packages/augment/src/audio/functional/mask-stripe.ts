import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';

/** The axis that a stripe cuts across: `frequency` masks bands, `time` masks frames. */
export type MaskAxis = 'frequency' | 'time';

/** Bands or frames that are masked: `length` of them from `start` on. */
export interface Stripe {
  readonly axis: MaskAxis;
  readonly start: number;
  readonly length: number;
}

/**
 * Overwrites whole bands or whole frames.
 *
 * Source: SpecAugment (Park et al., 2019); torchaudio.functional.mask_along_axis.
 *
 * @param fill default 0, which is the mean of a normalised spectrogram
 */
export function maskStripe(spectrogram: Spectrogram, { axis, start, length }: Stripe, fill = 0): Spectrogram {
  const { height, width } = spectrogram;
  const result = createSpectrogram(height, width);
  result.data.set(spectrogram.data);
  if (axis === 'frequency') {
    result.data.fill(fill, start * width, (start + length) * width);
    return result;
  }
  for (let row = start; row < height * width; row += width) result.data.fill(fill, row, row + length);
  return result;
}
