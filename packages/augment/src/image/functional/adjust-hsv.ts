import { describeSize, type FloatImage } from '../image.ts';
import { createImage } from '../image.ts';
import { adjustHue } from './adjust-color.ts';

/** `power`, `factor` and `offset` of `x ↦ x^power · factor + offset`, clamped to [0, 1]. */
export interface ToneCurve {
  readonly power: number;
  readonly factor: number;
  readonly offset: number;
}

/** What to do to hue, saturation and value. */
export interface HsvAdjustment {
  /** Added to the hue, in full circles. */
  readonly hue: number;
  readonly saturation: ToneCurve;
  readonly value: ToneCurve;
}

/**
 * Turns the hue and bends saturation and value of an RGB image with values in [0, 1].
 *
 * Source: google-research/s4l, preprocess.py, `get_hsvnoise_preprocess` (Exemplar's colours).
 *
 * @throws RangeError if the image has not three channels
 */
export function adjustHsv(image: FloatImage, { hue, saturation, value }: HsvAdjustment): FloatImage {
  if (image.channels !== 3) {
    throw new RangeError(`adjustHsv: expected an RGB image, got ${describeSize(image)}`);
  }
  // A grey pixel's hue counts as 0, red, in every HSV conversion; from there it turns as well.
  const greyBelow = [5, 3, 1].map((shift) => shareBelow((((shift + 6 * hue) % 6) + 6) % 6));
  const { data: turned } = adjustHue(image, hue);
  const result = createImage(image.height, image.width, 3);
  for (let i = 0; i < turned.length; i += 3) {
    const red = turned[i] as number;
    const green = turned[i + 1] as number;
    const blue = turned[i + 2] as number;
    const high = Math.max(red, green, blue);
    const range = high - Math.min(red, green, blue);
    const newHigh = bend(high, value);
    const newRange = newHigh * bend(high > 0 ? range / high : 0, saturation);
    for (let channel = 0; channel < 3; channel++) {
      // How far a channel stands below the largest, as a share of the range, is the hue, which stays.
      const below =
        range > 0 ? (high - (turned[i + channel] as number)) / range : (greyBelow[channel] as number);
      result.data[i + channel] = newHigh - newRange * below;
    }
  }
  return result;
}

/** How far a channel stands below the largest of the three; `position` of the hue in [0, 6), from the channel's own. */
function shareBelow(position: number): number {
  return Math.max(0, Math.min(position, 4 - position, 1));
}

function bend(x: number, { power, factor, offset }: ToneCurve): number {
  return Math.min(1, Math.max(0, x ** power * factor + offset));
}
