import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/** Mirrors left and right. Source: torchvision's `horizontal_flip`. */
export function horizontalFlip(image: FloatImage): FloatImage {
  const { height, width, channels, data: source } = image;
  const result = createImage(height, width, channels);
  const { data: target } = result;
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = ((y + 1) * width - 1) * channels;
    for (let x = 0; x < width; x++, from -= channels) {
      for (let channel = 0; channel < channels; channel++) target[to++] = source[from + channel] as number;
    }
  }
  return result;
}

/** Mirrors top and bottom. Source: torchvision's `vertical_flip`. */
export function verticalFlip(image: FloatImage): FloatImage {
  const { height, width, channels, data: source } = image;
  const result = createImage(height, width, channels);
  const samples = width * channels;
  for (let y = 0; y < height; y++) {
    result.data.set(source.subarray(y * samples, (y + 1) * samples), (height - 1 - y) * samples);
  }
  return result;
}
