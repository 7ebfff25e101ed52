import type { ImageSample, RawImage } from '@ssl/augment';

/** An 8-bit image as a sample. */
export function byteImage(image: RawImage): ImageSample {
  return { modality: 'image', ...image, range: [0, 255] };
}
