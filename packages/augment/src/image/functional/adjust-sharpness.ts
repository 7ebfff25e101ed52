import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/**
 * Blends with a smoothed image, `factor x + (1 − factor) smooth`, and clamps to [0, 1]: 0 is smooth, 1 the image
 * itself, 2 sharp. The smoothing weighs the pixel 5/13 and its eight neighbours 1/13; border pixels stay.
 *
 * Source: torchvision's `adjust_sharpness`.
 */
export function adjustSharpness(image: FloatImage, factor: number): FloatImage {
  const { height, width, channels, data: source } = image;
  const result = createImage(height, width, channels);
  result.data.set(source);
  const row = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + channels; i < (y + 1) * row - channels; i++) {
      const sample = source[i] as number;
      let sum = 4 * sample;
      for (let near = i - row; near <= i + row; near += row) {
        sum +=
          (source[near - channels] as number) +
          (source[near] as number) +
          (source[near + channels] as number);
      }
      result.data[i] = Math.min(1, Math.max(0, factor * sample + ((1 - factor) * sum) / 13));
    }
  }
  return result;
}
