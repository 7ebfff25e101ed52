import type { Spectrogram } from './spectrogram.ts';

/** An 8-bit RGB image, row-major HWC. */
export interface SpectrogramPicture {
  readonly height: number;
  readonly width: number;
  readonly channels: 3;
  /** `[height × width × 3]` */
  readonly data: Uint8Array;
}

/** matplotlib's `magma` (CC0) at nine evenly spaced places, RGB. */
const magma: readonly (readonly [number, number, number])[] = [
  [0, 0, 4],
  [28, 16, 68],
  [79, 18, 123],
  [129, 37, 129],
  [181, 54, 122],
  [229, 89, 100],
  [251, 135, 97],
  [254, 194, 135],
  [252, 253, 191],
];

/**
 * A spectrogram as people are used to see it: low frequencies at the bottom, time to the right, from black through
 * violet and orange to light yellow.
 *
 * @param range values that are drawn black and light yellow; default the lowest and the highest value
 */
export function spectrogramPicture(
  { height, width, data: values }: Spectrogram,
  range: readonly [low: number, high: number] = extremes(values),
): SpectrogramPicture {
  const palette = paletteOf(magma);
  const [low, high] = range;
  const scale = high > low ? 255 / (high - low) : 0;
  const data = new Uint8Array(height * width * 3);
  for (let row = 0, to = 0; row < height; row++) {
    const from = (height - 1 - row) * width;
    for (let x = 0; x < width; x++, to += 3) {
      const level = Math.round(((values[from + x] as number) - low) * scale);
      const color = 3 * Math.min(255, Math.max(0, level));
      data.set(palette.subarray(color, color + 3), to);
    }
  }
  return { height, width, channels: 3, data };
}

/** 256 colours, `[256 × 3]`, linear between the given ones. */
function paletteOf(colors: typeof magma): Uint8Array {
  const palette = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (colors.length - 1);
    const index = Math.min(colors.length - 2, Math.floor(place));
    const [below, above] = [colors[index], colors[index + 1]] as [(typeof magma)[0], (typeof magma)[0]];
    for (const channel of [0, 1, 2] as const) {
      const difference = above[channel] - below[channel];
      palette[3 * level + channel] = Math.round(below[channel] + (place - index) * difference);
    }
  }
  return palette;
}

function extremes(values: Float32Array): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
