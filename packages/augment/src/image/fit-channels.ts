import { grayscale } from './functional/grayscale.ts';
import { toFloat, type ImageValue } from './image-transform.ts';

/**
 * An image with the number of channels that a network takes: colours become grey for a network of one channel, and
 * grey is repeated for one of three.
 *
 * @returns `undefined` where there is no such conversion
 */
export function fitChannels(image: ImageValue, channels: number): ImageValue | undefined {
  if (image.channels === channels) return image;
  if (image.channels === 3 && channels === 1) return grayscale(toFloat(image), 1);
  if (image.channels === 1 && channels === 3) return grayscale(toFloat(image), 3);
  return undefined;
}
