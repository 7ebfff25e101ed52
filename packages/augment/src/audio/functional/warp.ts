import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';

/** How an axis is warped. */
export interface WarpParameters {
  readonly axis: 'frequency' | 'time';
  /** A point of the axis, as a share of its length: in (0, 1). */
  readonly from: number;
  /** Where the point goes, likewise. */
  readonly to: number;
}

/**
 * Moves a point of an axis, and stretches what is on one side of it and compresses the other, both evenly: the ends
 * stay where they are. Values are interpolated linearly.
 *
 * Source: the time warping of SpecAugment (Park et al., 2019), with straight lines in place of splines; over
 * frequency, vocal tract length perturbation (Jaitly and Hinton, 2013).
 */
export function warp(spectrogram: Spectrogram, { axis, from, to }: WarpParameters): Spectrogram {
  const { height, width, data } = spectrogram;
  const result = createSpectrogram(height, width);
  const length = axis === 'time' ? width : height;
  const [stride, lines, lineStride] = axis === 'time' ? [1, height, width] : [width, width, 1];
  for (let i = 0; i < length; i++) {
    const share = length > 1 ? i / (length - 1) : 0;
    const source = share < to ? (share / to) * from : from + ((share - to) / (1 - to)) * (1 - from);
    const position = Math.min(length - 1, source * (length - 1));
    const below = Math.floor(position);
    const above = Math.min(length - 1, below + 1);
    const part = position - below;
    for (let line = 0; line < lines; line++) {
      const start = line * lineStride;
      const low = data[start + below * stride] as number;
      const high = data[start + above * stride] as number;
      result.data[start + i * stride] = low + part * (high - low);
    }
  }
  return result;
}
