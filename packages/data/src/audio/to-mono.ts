import type { WavAudio } from './read-wav.ts';

/**
 * The mean of all channels, `[frames]`. Audio of one channel is returned as it is, without a copy.
 */
export function toMono({ channels, frames, data }: WavAudio): Float32Array {
  if (channels === 1) return data;
  const mono = new Float32Array(frames);
  for (let frame = 0, from = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data[from++] as number;
    mono[frame] = sum / channels;
  }
  return mono;
}
