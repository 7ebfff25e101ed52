import type { Box, FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/**
 * Writes `value(channel)` to every sample of some boxes that lie within the image.
 *
 * Source: torchvision.transforms.v2.functional.erase.
 */
export function erase(
  image: FloatImage,
  boxes: readonly Box[],
  value: (channel: number) => number,
): FloatImage {
  const { height, width, channels } = image;
  const result = createImage(height, width, channels);
  result.data.set(image.data);
  for (const box of boxes) {
    for (let y = box.top; y < box.top + box.height; y++) {
      const start = (y * width + box.left) * channels;
      for (let i = start; i < start + box.width * channels; i++) result.data[i] = value(i % channels);
    }
  }
  return result;
}
