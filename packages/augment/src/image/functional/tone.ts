import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';
import { mapSamples } from './map-samples.ts';

/** Inverts what is at or above the threshold, `x ≥ threshold ? 1 − x : x`. Source: torchvision's `solarize`. */
export function solarize(image: FloatImage, threshold: number): FloatImage {
  return mapSamples(image, (sample) => (sample >= threshold ? 1 - sample : sample));
}

/** The negative, `1 − x`. Source: torchvision's `invert`. */
export function invert(image: FloatImage): FloatImage {
  return mapSamples(image, (sample) => 1 - sample);
}

/** Keeps `bits` (1 … 8) bits of each sample: 2^bits levels from 0. Source: torchvision's `posterize`. */
export function posterize(image: FloatImage, bits: number): FloatImage {
  const levels = 2 ** bits;
  return mapSamples(image, (sample) => Math.min(levels - 1, Math.floor(sample * levels)) / levels);
}

/**
 * Stretches each channel to [0, 1]; a channel of a single value stays as it is.
 * Source: torchvision's `autocontrast`.
 */
export function autocontrast(image: FloatImage): FloatImage {
  const { height, width, channels, data: source } = image;
  const result = createImage(height, width, channels);
  for (let channel = 0; channel < channels; channel++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = channel; i < source.length; i += channels) {
      low = Math.min(low, source[i] as number);
      high = Math.max(high, source[i] as number);
    }
    const [offset, range] = low === high ? [0, 1] : [low, high - low];
    for (let i = channel; i < source.length; i += channels) {
      result.data[i] = ((source[i] as number) - offset) / range;
    }
  }
  return result;
}
