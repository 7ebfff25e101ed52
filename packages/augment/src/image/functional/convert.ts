import type { FloatImage, RawImage } from '../image.ts';
import { createImage } from '../image.ts';

/** Bytes in [0, 255] as float32 in [0, 1]: torchvision's `ToImage` + `ToDtype(float32, scale=True)`. */
export function toFloatImage(image: RawImage): FloatImage {
  const result = createImage(image.height, image.width, image.channels);
  for (let i = 0; i < result.data.length; i++) result.data[i] = (image.data[i] as number) / 255;
  return result;
}

/** Samples in [0, 1] as bytes, rounded; what lies outside is clamped. For looking at views. */
export function toRawImage(image: FloatImage): RawImage {
  const { height, width, channels } = image;
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.round(Math.min(1, Math.max(0, image.data[i] as number)) * 255);
  }
  return { height, width, channels, data };
}
