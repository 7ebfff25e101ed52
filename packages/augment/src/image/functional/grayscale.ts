import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/** Weights of red, green and blue in torchvision's grey (ITU-R 601-2 luma, rounded); they sum to 0.9999. */
const RED_WEIGHT = 0.2989;
const GREEN_WEIGHT = 0.587;
const BLUE_WEIGHT = 0.114;

/**
 * `.2989 R + .587 G + .114 B`, as one channel or repeated in three. An image of one channel keeps its values.
 *
 * Source: torchvision.transforms.v2.functional.rgb_to_grayscale.
 */
export function grayscale(image: FloatImage, channels: 1 | 3): FloatImage {
  const { height, width, data: source } = image;
  if (image.channels === channels && channels === 1) return image;
  const result = createImage(height, width, channels);
  const { data: target } = result;
  for (let pixel = 0, from = 0, to = 0; pixel < height * width; pixel++, from += image.channels) {
    const grey = image.channels === 1 ? (source[from] as number) : greyAt(source, from);
    for (let channel = 0; channel < channels; channel++) target[to++] = grey;
  }
  return result;
}

/** The grey of the RGB pixel that starts at `index`. */
export function greyAt(data: Float32Array, index: number): number {
  return (
    RED_WEIGHT * (data[index] as number) +
    GREEN_WEIGHT * (data[index + 1] as number) +
    BLUE_WEIGHT * (data[index + 2] as number)
  );
}
