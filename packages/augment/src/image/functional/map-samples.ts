import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/** A new image of `change(sample)` for every sample. */
export function mapSamples(image: FloatImage, change: (sample: number) => number): FloatImage {
  const result = createImage(image.height, image.width, image.channels);
  const { data: target } = result;
  for (let i = 0; i < target.length; i++) target[i] = change(image.data[i] as number);
  return result;
}
