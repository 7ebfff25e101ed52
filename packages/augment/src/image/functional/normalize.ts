import type { Normalization } from '../../input-spec.ts';
import { createImage, describeSize, type FloatImage } from '../image.ts';

/**
 * `(x − mean) / std`, channel by channel. Source: torchvision's `normalize`.
 *
 * @throws RangeError unless mean and std have a value for each channel
 */
export function normalize(image: FloatImage, { mean, std }: Normalization): FloatImage {
  const { height, width, channels, data: source } = image;
  if (mean.length !== channels || std.length !== channels) {
    throw new RangeError(
      `normalize: ${mean.length} means and ${std.length} standard deviations do not fit ` +
        `an image of ${describeSize(image)}; give ${channels} of each`,
    );
  }
  const result = createImage(height, width, channels);
  const { data: target } = result;
  for (let channel = 0; channel < channels; channel++) {
    const factor = 1 / (std[channel] as number);
    const offset = -(mean[channel] as number) * factor;
    for (let i = channel; i < target.length; i += channels)
      target[i] = (source[i] as number) * factor + offset;
  }
  return result;
}
