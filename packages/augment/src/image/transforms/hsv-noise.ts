import type { Random } from '@ssl/random';
import { adjustHsv, type ToneCurve } from '../functional/adjust-hsv.ts';
import { probability, range } from '../parameters.ts';
import { defineTransform, transformError } from '../image-transform.ts';

/**
 * Turns the hue and bends saturation and value at random: x ↦ x^(2^power) · 2^factor + offset, with draws of its
 * own for saturation and value.
 *
 * Source: google-research/s4l, preprocess.py, `get_hsvnoise_preprocess`, whose values are the defaults; the law is
 * Exemplar-CNN's (Dosovitskiy et al., 2014).
 */
export const hsvNoise = defineTransform({
  name: 'hsvNoise',
  parameters: {
    /** Range of what is added to the hue, in full circles. */
    hue: range(-1, 1).default([-0.1, 0.1]),
    /** Range of the base-2 logarithm of the power. */
    logPower: range(-Infinity).default([-2, 2]),
    /** Range of the base-2 logarithm of the factor. */
    logFactor: range(-Infinity).default([-0.5, 0.5]),
    offset: range(-1, 1).default([-0.1, 0.1]),
    probability: probability(1),
  },
  outputSize(input) {
    if (input.channels === 3) return input;
    throw transformError('hsvNoise', `needs images of 3 channels, got ${input.channels}`);
  },
  apply(image, { hue, logPower, logFactor, offset }, random) {
    const turn = random.uniform(...hue);
    const saturation = drawCurve(random, logPower, logFactor, offset);
    return adjustHsv(image, { hue: turn, saturation, value: drawCurve(random, logPower, logFactor, offset) });
  },
});

type Range = readonly [number, number];

function drawCurve(random: Random, logPower: Range, logFactor: Range, offset: Range): ToneCurve {
  const power = 2 ** random.uniform(...logPower);
  const factor = 2 ** random.uniform(...logFactor);
  return { power, factor, offset: random.uniform(...offset) };
}
