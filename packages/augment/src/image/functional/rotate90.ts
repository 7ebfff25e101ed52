import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/**
 * Turns an image by quarter turns, counter-clockwise; nothing is interpolated.
 *
 * Source: `torch.rot90` over height and width.
 *
 * @param turns any integer; 4 are none
 */
export function rotate90(image: FloatImage, turns: number): FloatImage {
  const quarter = ((turns % 4) + 4) % 4;
  if (quarter === 0) return image;
  const { height, width, channels, data: source } = image;
  const result = quarter === 2 ? createImage(height, width, channels) : createImage(width, height, channels);
  // Where the first pixel of the result comes from, and how far its neighbours' sources lie apart, in pixels.
  const right = quarter === 1 ? width : quarter === 2 ? -1 : -width;
  const down = quarter === 1 ? -1 : quarter === 2 ? -width : 1;
  const start = quarter === 1 ? width - 1 : quarter === 2 ? height * width - 1 : (height - 1) * width;
  let to = 0;
  for (let y = 0; y < result.height; y++) {
    let from = (start + y * down) * channels;
    for (let x = 0; x < result.width; x++, from += right * channels) {
      for (let channel = 0; channel < channels; channel++)
        result.data[to++] = source[from + channel] as number;
    }
  }
  return result;
}
