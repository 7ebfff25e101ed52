import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';

/**
 * Adds a straight line over time to a log-mel spectrogram, which makes the sound fade in or out: `head` to the
 * first frame, `tail` to the last.
 *
 * Source: Niizumi et al., 2022 (BYOL-A v2); nttcslab/byol-a at 3e65c92, `RandomLinearFader.forward`.
 */
export function linearFader(spectrogram: Spectrogram, head: number, tail: number): Spectrogram {
  const { height, width, data: source } = spectrogram;
  const result = createSpectrogram(height, width);
  const step = width > 1 ? (tail - head) / (width - 1) : 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) result.data[i] = (source[i] as number) + head + step * x;
  }
  return result;
}
