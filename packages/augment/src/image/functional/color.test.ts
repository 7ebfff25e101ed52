import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestDifference } from '../../fixtures/golden.testing.ts';
import { createImage, type FloatImage } from '../image.ts';
import {
  adjustBrightness,
  adjustColor,
  adjustContrast,
  adjustHue,
  adjustSaturation,
} from './adjust-color.ts';
import { adjustHsv } from './adjust-hsv.ts';
import { adjustSharpness } from './adjust-sharpness.ts';
import { grayscale } from './grayscale.ts';
import { normalize } from './normalize.ts';
import { autocontrast, invert } from './tone.ts';

const image = noiseImage(6, 5, 3);

describe('colour', () => {
  it('stays with factor 1, and hue with 0 or a full circle', () => {
    for (const result of [
      adjustBrightness(image, 1),
      adjustContrast(image, 1),
      adjustSaturation(image, 1),
      adjustSharpness(image, 1),
      adjustHue(image, 0),
      adjustHue(image, 1),
      adjustColor(image, []),
      invert(invert(image)),
    ]) {
      expect(result).not.toBe(image);
      expect(largestDifference(result, image)).toBeLessThan(1e-6);
    }
  });

  it('turns hues back again', () => {
    fc.assert(
      fc.property(fc.double({ min: -0.5, max: 0.5, noNaN: true }), (factor) => {
        return largestDifference(adjustHue(adjustHue(image, factor), -factor), image) < 1e-5;
      }),
    );
  });

  it('a third of a circle moves the channels on by one', () => {
    const result = adjustHue(image, 1 / 3);
    for (let i = 0; i < image.data.length; i += 3) {
      expect(result.data[i + 1]).toBeCloseTo(image.data[i] as number, 6);
      expect(result.data[i + 2]).toBeCloseTo(image.data[i + 1] as number, 6);
    }
  });

  it('saturation 0 is grey', () => {
    expect(largestDifference(adjustSaturation(image, 0), grayscale(image, 3))).toBeLessThan(1e-6);
  });

  it('leaves hue and saturation of grey images alone', () => {
    const grey = noiseImage(4, 4, 1);
    expect(largestDifference(adjustHue(grey, 0.3), grey)).toBe(0);
    expect(largestDifference(adjustSaturation(grey, 2), grey)).toBe(0);
    expect(largestDifference(grayscale(grayscale(grey, 3), 3), grayscale(grey, 3))).toBeLessThan(1e-3);
  });

  it('adjusts several in order, as one after the other', () => {
    const steps = [
      { adjustment: 'hue', factor: 0.1 },
      { adjustment: 'contrast', factor: 1.4 },
    ] as const;
    expect(largestDifference(adjustColor(image, steps), adjustContrast(adjustHue(image, 0.1), 1.4))).toBe(0);
  });

  it('autocontrast spans [0, 1] and leaves an even channel', () => {
    const stretched = autocontrast(image);
    expect([Math.min(...stretched.data), Math.max(...stretched.data)]).toEqual([0, 1]);
    const even = { ...createImage(2, 2, 1), data: new Float32Array(4).fill(0.5) };
    expect(largestDifference(autocontrast(even), even)).toBe(0);
  });

  it('refuses what does not fit the channels', () => {
    const curve = { power: 1, factor: 1, offset: 0 };
    expect(() => adjustHsv(noiseImage(2, 2, 1), { hue: 0, saturation: curve, value: curve })).toThrow(
      'adjustHsv: expected an RGB image, got 2×2×1',
    );
    expect(() => normalize(image, { mean: [0], std: [1] })).toThrow(
      'normalize: 1 means and 1 standard deviations do not fit an image of 6×5×3; give 3 of each',
    );
  });
});

function noiseImage(height: number, width: number, channels: number): FloatImage {
  const image = createImage(height, width, channels);
  const random = createRandom('noise');
  image.data.forEach((_, i) => (image.data[i] = random.uniform()));
  return image;
}
