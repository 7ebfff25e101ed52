import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/** How a warp samples the image. */
export interface WarpOptions {
  /** Default `nearest`, as in torchvision. */
  readonly interpolation?: 'nearest' | 'bilinear';
  /**
   * Value of what comes from beyond the image. Bilinear taps beyond it count as 0 first and are blended with the
   * fill then, as in torchvision, so that pixels on the border are a little darker than between pixel and fill.
   * Absent: they count as 0, nothing more.
   */
  readonly fill?: number;
}

/**
 * Coefficients a … h that pull each pixel of the result from `x = (a X + b Y + c) / (g X + h Y + 1)`,
 * `y = (d X + e Y + f) / (g X + h Y + 1)`, in pixels, counted from the centre of the first.
 */
export type Projection = readonly [number, number, number, number, number, number, number, number];

/**
 * Pulls each pixel of the result from the image through a projection.
 *
 * Source: torchvision's `_apply_grid_transform` over `grid_sample(padding_mode='zeros', align_corners=False)`.
 */
export function warp(
  image: FloatImage,
  [a, b, c, d, e, f, g, h]: Projection,
  { interpolation = 'nearest', fill }: WarpOptions = {},
): FloatImage {
  const { height, width, channels } = image;
  const result = createImage(height, width, channels);
  const sample = interpolation === 'nearest' ? sampleNearest : sampleBilinear;
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to += channels) {
      const scale = 1 / (g * column + h * row + 1);
      const x = (a * column + b * row + c) * scale;
      const y = (d * column + e * row + f) * scale;
      sample(image, x, y, fill, result.data, to);
    }
  }
  return result;
}

/** Writes the pixel at (x, y), all its channels, to `target` from index `to`. */
type Sampler = (
  image: FloatImage,
  x: number,
  y: number,
  fill: number | undefined,
  target: Float32Array,
  to: number,
) => void;

const sampleNearest: Sampler = ({ height, width, channels, data }, x, y, fill, target, to) => {
  const column = Math.round(x);
  const row = Math.round(y);
  const inside = column >= 0 && column < width && row >= 0 && row < height;
  const from = (row * width + column) * channels;
  for (let channel = 0; channel < channels; channel++) {
    target[to + channel] = inside ? (data[from + channel] as number) : (fill ?? 0);
  }
};

const sampleBilinear: Sampler = ({ height, width, channels, data }, x, y, fill, target, to) => {
  const left = Math.floor(x);
  const top = Math.floor(y);
  let inside = 0;
  for (let row = top; row <= top + 1; row++) {
    if (row < 0 || row >= height) continue;
    for (let column = left; column <= left + 1; column++) {
      if (column < 0 || column >= width) continue;
      const weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
      const from = (row * width + column) * channels;
      inside += weight;
      for (let channel = 0; channel < channels; channel++) {
        target[to + channel] = (target[to + channel] as number) + weight * (data[from + channel] as number);
      }
    }
  }
  if (fill === undefined) return;
  for (let channel = 0; channel < channels; channel++) {
    target[to + channel] = inside * (target[to + channel] as number) + (1 - inside) * fill;
  }
};
