import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';

/**
 * Adds a power to all values of a log-mel spectrogram, `decibels` below its loudest value, as white noise does on
 * average: what is fainter drowns.
 */
export function raiseFloor(spectrogram: Spectrogram, decibels: number): Spectrogram {
  const { height, width, data } = spectrogram;
  const loudest = data.reduce((most, value) => Math.max(most, value), -Infinity);
  const floor = 10 ** (-decibels / 10);
  const result = createSpectrogram(height, width);
  for (let i = 0; i < data.length; i++) {
    result.data[i] = loudest + Math.log(Math.exp((data[i] as number) - loudest) + floor);
  }
  return result;
}
