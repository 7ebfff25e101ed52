import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';
import { raiseFloor } from './raise-floor.ts';

/**
 * Log-mel values relative to the largest one, which level off at `decibels` below it: log(p / p_max + 10^(−dB / 10)).
 * Spectrograms no longer differ by loudness, nor by how quiet the room was.
 */
export function limitDynamicRange(spectrogram: Spectrogram, decibels: number): Spectrogram {
  const { height, width, data } = spectrogram;
  const loudest = data.reduce((most, value) => Math.max(most, value), -Infinity);
  const relative = createSpectrogram(height, width);
  for (let i = 0; i < data.length; i++) relative.data[i] = (data[i] as number) - loudest;
  return raiseFloor(relative, decibels);
}
