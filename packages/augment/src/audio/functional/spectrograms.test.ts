import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { equalize } from './equalize.ts';
import { limitDynamicRange } from './limit-dynamic-range.ts';
import { mixLogMel } from './mix-log-mel.ts';
import { resizeCrop } from './resize-crop.ts';
import { warp } from './warp.ts';
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

  it('warp an axis by moving a point of it, the ends where they were', () => {
    const ramp: Spectrogram = {
      height: 2,
      width: 5,
      channels: 1,
      data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    };
    // What was in the middle is at three quarters.
    const late = warp(ramp, { axis: 'time', from: 0.5, to: 0.75 });
    [0, 2 / 3, 4 / 3, 2, 4, 5, 17 / 3, 19 / 3, 7, 9].forEach((value, i) => {
      expect(late.data[i]).toBeCloseTo(value, 5);
    });
    const turned: Spectrogram = {
      ...ramp,
      height: 5,
      width: 2,
      data: Float32Array.of(0, 5, 1, 6, 2, 7, 3, 8, 4, 9),
    };
    const high = warp(turned, { axis: 'frequency', from: 0.5, to: 0.75 });
    for (let y = 0; y < 5; y++) {
      expect([high.data[2 * y], high.data[2 * y + 1]]).toEqual([late.data[y], late.data[5 + y]]);
    }
  });

  it('change bands by a curve, all frames alike', () => {
    const x = spectrogram(5, 3, 9);
    const { data } = equalize(x, [2, 0, 4]);
    data.forEach((value, i) => {
      const gain = [2, 1, 0, 2, 4][Math.floor(i / 3)] as number;
      expect(value).toBeCloseTo((x.data[i] as number) + gain, 5);
    });
    equalize(x, [3]).data.forEach((value, i) => expect(value).toBeCloseTo((x.data[i] as number) + 3, 5));
  });

  it('level off below the loudest value, whatever the loudness', () => {
    const x: Spectrogram = { height: 1, width: 3, channels: 1, data: Float32Array.of(-2, -5, -90) };
    const limited = limitDynamicRange(x, 40).data;
    [Math.log(1 + 1e-4), Math.log(Math.exp(-3) + 1e-4), Math.log(1e-4)].forEach((value, i) => {
      expect(limited[i]).toBeCloseTo(value, 5);
    });
    const quieter = { ...x, data: x.data.map((value) => value - 4) };
    expect(limitDynamicRange(quieter, 40).data).toEqual(limited);
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
