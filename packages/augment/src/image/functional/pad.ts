import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';
import { crop } from './crop.ts';

/** What stands beyond the border: `constant` zeros, or the image mirrored without repeating its edge pixels. */
export type PaddingMode = 'constant' | 'reflect';

/**
 * Adds `padding` pixels on each side.
 *
 * Source: torchvision.transforms.v2.functional.pad.
 *
 * @throws RangeError if a side is not longer than the padding, with `reflect`
 */
export function pad(image: FloatImage, padding: number, mode: PaddingMode = 'constant'): FloatImage {
  const height = image.height + 2 * padding;
  const width = image.width + 2 * padding;
  if (mode === 'constant') return crop(image, { top: -padding, left: -padding, height, width });
  const { channels } = image;
  const shorter = Math.min(image.height, image.width);
  if (padding >= shorter) {
    throw new RangeError(`pad: a side of ${shorter} cannot mirror a border of ${padding} pixels; pad less`);
  }
  const rows = reflectedIndices(image.height, padding);
  const columns = reflectedIndices(image.width, padding);
  const result = createImage(height, width, channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = (rows[y] as number) * image.width;
    for (let x = 0; x < width; x++) {
      const from = (row + (columns[x] as number)) * channels;
      for (let channel = 0; channel < channels; channel++)
        result.data[to++] = image.data[from + channel] as number;
    }
  }
  return result;
}

/** For each position of a side padded by `padding` (< `length`) pixels, the position in the side that it mirrors. */
export function reflectedIndices(length: number, padding: number): Int32Array {
  return Int32Array.from({ length: length + 2 * padding }, (_, index) => {
    const position = Math.abs(index - padding);
    return position < length ? position : 2 * (length - 1) - position;
  });
}
