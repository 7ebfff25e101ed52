import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { mixLogMel } from './mix-log-mel.ts';
import { resizeCrop } from './resize-crop.ts';
import type { Spectrogram } from '../spectrogram.ts';
import { drawStripe } from '../transforms/random-mask-stripes.ts';
import { drawResizeCrop, randomResizeCrop } from '../transforms/random-resize-crop.ts';

describe('what transforms of spectrograms do', () => {
  it('mix between the sounds, in the unit of their logarithms', () => {
    const x = spectrogram(4, 5, 1);
    const z = spectrogram(4, 5, 2);
    const mean = 3;
    const deviation = 2.5;
    const normalized = mixLogMel(x, z, 0.3);
    const scaled = (s: Spectrogram): Spectrogram => ({ ...s, data: s.data.map((v) => v * deviation + mean) });
    const mixed = mixLogMel(scaled(x), scaled(z), 0.3, { unit: deviation });
    mixed.data.forEach((value, i) => {
      expect(value).toBeCloseTo((normalized.data[i] as number) * deviation + mean, 4);
      const [a, b] = [normalized.data[i] as number, x.data[i] as number];
      expect(a).toBeLessThan(Math.max(b, z.data[i] as number) + 1e-6);
      expect(a).toBeGreaterThan(Math.min(b, z.data[i] as number) - 1e-6);
    });
    expect(() => mixLogMel(x, spectrogram(4, 6, 1), 0.3)).toThrow('two spectrograms of one size');
  });

  it('draw boxes of all allowed sizes and places, within the canvas', () => {
    const random = createRandom(2);
    const scales = randomResizeCrop.schema.parse({ name: 'randomResizeCrop' });
    const boxes = Array.from({ length: 2000 }, () =>
      drawResizeCrop({ height: 20, width: 20 }, random, scales),
    );
    const extremes = (key: 'top' | 'left' | 'height' | 'width') => {
      const values = boxes.map(({ box }) => box[key]);
      return [Math.min(...values), Math.max(...values)];
    };
    expect(boxes[0]?.canvas).toEqual({ height: 20, width: 30 });
    expect(extremes('height')).toEqual([12, 20]);
    expect(extremes('width')).toEqual([12, 29]);
    expect(extremes('top')).toEqual([0, 8]);
    expect(extremes('left')).toEqual([0, 18]);
    for (const { box } of boxes) expect(box.left + box.width).toBeLessThanOrEqual(30);
  });

  it('return the spectrogram where the box is where it lies, and what was asked for elsewhere', () => {
    const x = spectrogram(3, 4, 7);
    const canvas = { height: 3, width: 6 };
    const own = resizeCrop(x, { canvas, box: { top: 0, left: 1, height: 3, width: 4 } });
    own.data.forEach((value, i) => expect(value).toBeCloseTo(x.data[i] as number, 6));
    const beside = resizeCrop(x, { canvas, box: { top: 0, left: 5, height: 3, width: 1 }, fill: -4 });
    beside.data.forEach((value) => expect(value).toBeCloseTo(-4, 6));
    expect(() => resizeCrop(x, { canvas, box: { top: 0, left: 3, height: 3, width: 4 } })).toThrow(
      'resizeCrop: the box must lie within the canvas of 3×6, got 3×4 at row 0, column 3',
    );
    expect(() =>
      resizeCrop(x, { canvas: { height: 2, width: 6 }, box: { top: 0, left: 0, height: 1, width: 1 } }),
    ).toThrow('resizeCrop: the canvas must be at least 3×4, got 2×6');
  });

  it('mask stripes that are narrower than asked for', () => {
    const random = createRandom(4);
    const widths = new Set<number>();
    for (let i = 0; i < 300; i++) {
      const { length } = drawStripe({ height: 8, width: 10 }, random, {
        ...{ axis: 'time', maxLength: 4, maxShare: 1 },
      });
      widths.add(length);
    }
    expect([...widths].sort((x, y) => x - y)).toEqual([0, 1, 2, 3]);
  });
});

function spectrogram(height: number, width: number, seed: number): Spectrogram {
  const random = createRandom(seed, 'spectrogram');
  return {
    height,
    width,
    channels: 1,
    data: Float32Array.from({ length: height * width }, () => random.normal()),
  };
}
