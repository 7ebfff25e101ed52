import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';

/**
 * Adds a curve over frequency to a log-mel spectrogram, the same in all frames, as an equaliser, another microphone or
 * another room does.
 *
 * @param gains added at bands that are equally far from each other, from the lowest to the highest, and interpolated
 * linearly in between; at least one
 */
export function equalize(spectrogram: Spectrogram, gains: readonly number[]): Spectrogram {
  const { height, width, data } = spectrogram;
  const result = createSpectrogram(height, width);
  for (let y = 0, i = 0; y < height; y++) {
    const position = height > 1 ? (y / (height - 1)) * (gains.length - 1) : 0;
    const below = Math.floor(position);
    const [low = 0, high = low] = gains.slice(below, below + 2);
    const gain = low + (position - below) * (high - low);
    for (let x = 0; x < width; x++, i++) result.data[i] = (data[i] as number) + gain;
  }
  return result;
}
