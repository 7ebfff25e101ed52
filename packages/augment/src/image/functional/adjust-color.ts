import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';
import { greyAt } from './grayscale.ts';

/** The four adjustments of a colour jitter. */
export type ColorAdjustment = 'brightness' | 'contrast' | 'saturation' | 'hue';

/** One adjustment with its factor. */
export interface ColorStep {
  readonly adjustment: ColorAdjustment;
  readonly factor: number;
}

/** Multiplies by `factor` (≥ 0) and clamps to [0, 1]. Source: torchvision's `adjust_brightness`. */
export function adjustBrightness(image: FloatImage, factor: number): FloatImage {
  return adjustColor(image, [{ adjustment: 'brightness', factor }]);
}

/**
 * Blends with the mean of the grey image, `factor x + (1 − factor) mean`, and clamps to [0, 1].
 * Source: torchvision's `adjust_contrast`.
 */
export function adjustContrast(image: FloatImage, factor: number): FloatImage {
  return adjustColor(image, [{ adjustment: 'contrast', factor }]);
}

/**
 * Blends with the grey image, `factor x + (1 − factor) grey`, and clamps to [0, 1]; a grey image stays as it is.
 * Source: torchvision's `adjust_saturation`.
 */
export function adjustSaturation(image: FloatImage, factor: number): FloatImage {
  return adjustColor(image, [{ adjustment: 'saturation', factor }]);
}

/**
 * Turns the hue of HSV by `factor` of the full circle, usually in [−0.5, 0.5]; a grey image stays as it is.
 * Source: torchvision's `adjust_hue`.
 */
export function adjustHue(image: FloatImage, factor: number): FloatImage {
  return adjustColor(image, [{ adjustment: 'hue', factor }]);
}

/**
 * Several adjustments, one after the other, in one new image.
 *
 * @param image values in [0, 1]
 */
export function adjustColor(image: FloatImage, steps: readonly ColorStep[]): FloatImage {
  const { height, width, channels } = image;
  const result = createImage(height, width, channels);
  let { data: source } = image;
  for (const { adjustment, factor } of steps) {
    if (channels === 3 || adjustment === 'brightness' || adjustment === 'contrast') {
      kernels[adjustment](source, result.data, channels, factor);
      source = result.data;
    }
  }
  if (source !== result.data) result.data.set(source);
  return result;
}

/** Writes `source`, adjusted, to `target`, which may be the same array. */
type ColorKernel = (source: Float32Array, target: Float32Array, channels: number, factor: number) => void;

const kernels: Readonly<Record<ColorAdjustment, ColorKernel>> = {
  brightness(source, target, _channels, factor) {
    for (let i = 0; i < target.length; i++) target[i] = clamp(factor * (source[i] as number));
  },

  contrast(source, target, channels, factor) {
    const offset = (1 - factor) * meanGrey(source, channels);
    for (let i = 0; i < target.length; i++) target[i] = clamp(factor * (source[i] as number) + offset);
  },

  saturation(source, target, _channels, factor) {
    for (let i = 0; i < target.length; i += 3) {
      const offset = (1 - factor) * greyAt(source, i);
      target[i] = clamp(factor * (source[i] as number) + offset);
      target[i + 1] = clamp(factor * (source[i + 1] as number) + offset);
      target[i + 2] = clamp(factor * (source[i + 2] as number) + offset);
    }
  },

  hue(source, target, _channels, factor) {
    const turn = 6 * (factor - Math.floor(factor));
    for (let i = 0; i < target.length; i += 3) {
      const red = source[i] as number;
      const green = source[i + 1] as number;
      const blue = source[i + 2] as number;
      const high = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
      const low = red < green ? (red < blue ? red : blue) : green < blue ? green : blue;
      const range = high - low;
      // Turning the hue keeps the largest and the smallest of the three; in `sixth`, the hue in [0, 12).
      let sixth = turn;
      if (range > 0) {
        if (high === red) sixth += (green - blue) / range + (green < blue ? 6 : 0);
        else if (high === green) sixth += (blue - red) / range + 2;
        else sixth += (red - green) / range + 4;
      }
      if (sixth >= 6) sixth -= 6;
      const sector = Math.floor(sixth);
      const rising = low + range * (sixth - sector);
      const falling = high - range * (sixth - sector);
      target[i] = sector === 0 || sector > 4 ? high : sector === 1 ? falling : sector === 4 ? rising : low;
      target[i + 1] = sector === 0 ? rising : sector < 3 ? high : sector === 3 ? falling : low;
      target[i + 2] = sector < 2 ? low : sector === 2 ? rising : sector < 5 ? high : falling;
    }
  },
};

function meanGrey(data: Float32Array, channels: number): number {
  let sum = 0;
  if (channels === 3) {
    for (let i = 0; i < data.length; i += 3) sum += greyAt(data, i);
    return (sum * channels) / data.length;
  }
  for (let i = 0; i < data.length; i++) sum += data[i] as number;
  return sum / data.length;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
