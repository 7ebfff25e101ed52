import { describeSize, type FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/** Mean and standard deviation of each channel. */
export interface Normalization {
  readonly mean: readonly number[];
  /** All above 0. */
  readonly std: readonly number[];
}

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
  const factors = Float64Array.from(std, (value) => 1 / value);
  const offsets = Float64Array.from(mean, (value, channel) => -value * (factors[channel] as number));
  for (let i = 0; i < target.length; i += channels) {
    for (let channel = 0; channel < channels; channel++) {
      target[i + channel] =
        (source[i + channel] as number) * (factors[channel] as number) + (offsets[channel] as number);
    }
  }
  return result;
}
