import type { ImageSamples } from './image-samples.ts';

/**
 * Lays an image whose last channel is opacity on white, and drops that channel.
 *
 * @param white the value of full opacity and of white: 65535 for uint16, 1 for float32
 * @param isPremultiplied whether the colours were multiplied by the opacity already
 */
export function onWhite(
  { height, width, channels, data }: ImageSamples,
  white: number,
  isPremultiplied = false,
): ImageSamples {
  const colors = channels - 1;
  const laid = data.slice(0, height * width * colors);
  const isInteger = !(data instanceof Float32Array);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const opacity = (data[pixel * channels + colors] as number) / white;
    for (let color = 0; color < colors; color++) {
      const value = data[pixel * channels + color] as number;
      const mixed = (isPremultiplied ? value : value * opacity) + white * (1 - opacity);
      laid[pixel * colors + color] = isInteger ? Math.min(white, Math.round(mixed)) : mixed;
    }
  }
  return { height, width, channels: colors, data: laid };
}
