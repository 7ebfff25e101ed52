import type { Picture } from '../modality.ts';
import type { FloatImage } from './image.ts';

/**
 * An image as people look at it: grey and RGB as they are, of two channels the first in grey, of more the first three
 * as red, green and blue. Samples outside of [0, 1] are clamped.
 */
export function picture({ height, width, channels, data }: FloatImage): Picture {
  const shown = channels >= 3 ? 3 : 1;
  const bytes = new Uint8Array(height * width * shown);
  for (let pixel = 0, to = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < shown; channel++) {
      const value = data[pixel * channels + channel] as number;
      bytes[to++] = Math.round(Math.min(1, Math.max(0, value)) * 255);
    }
  }
  return { height, width, channels: shown, data: bytes };
}
