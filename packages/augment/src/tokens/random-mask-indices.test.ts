import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGoldenCases, type GoldenArray } from '../fixtures/golden.testing.ts';
import { maskIndicesFromNoise, randomMaskIndices } from './random-mask-indices.ts';

describe('maskIndicesFromNoise, against the authors’ code', () => {
  it.each(readGoldenCases('mae-masking.json'))('$name', ({ params, inputs, outputs }) => {
    const ratio = params['mask_ratio'] as number;
    const [samples, patches, values] = (inputs['x'] as GoldenArray).shape as [number, number, number];
    const rows = (array: GoldenArray | undefined, length: number, sample: number): readonly number[] =>
      (array as GoldenArray).data.slice(sample * length, (sample + 1) * length);
    for (let sample = 0; sample < samples; sample++) {
      const { keep, mask, restore } = maskIndicesFromNoise(rows(inputs['noise'], patches, sample), ratio);
      expect([...mask]).toEqual(rows(outputs['mask'], patches, sample));
      expect([...restore]).toEqual(rows(outputs['ids_restore'], patches, sample));
      const x = rows(inputs['x'], patches * values, sample);
      expect([...keep].flatMap((patch) => x.slice(patch * values, (patch + 1) * values))).toEqual(
        rows(outputs['x_masked'], keep.length * values, sample),
      );
    }
  });
});

describe('randomMaskIndices', () => {
  it('keeps distinct patches, and its three results agree', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.nat(),
        (count, ratio, seed) => {
          const { keep, mask, restore } = randomMaskIndices(count, ratio, createRandom(seed));
          expect(keep).toHaveLength(Math.max(1, Math.floor(count * (1 - ratio))));
          expect(new Set(keep).size).toBe(keep.length);
          expect(mask.reduce((sum, removed) => sum + removed, 0)).toBe(count - keep.length);
          expect([...restore].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          keep.forEach((patch, position) => {
            expect([mask[patch], restore[patch]]).toEqual([0, position]);
          });
        },
      ),
    );
  });

  it('removes every patch equally often, and is determined by its random stream', () => {
    const removed = new Array<number>(16).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      randomMaskIndices(16, 0.75, createRandom(seed)).mask.forEach((value, patch) => {
        removed[patch]! += value;
      });
    }
    for (const count of removed) expect(Math.abs(count / 4000 - 0.75)).toBeLessThan(0.035);
    expect(randomMaskIndices(16, 0.75, createRandom(2))).toEqual(
      randomMaskIndices(16, 0.75, createRandom(2)),
    );
  });

  it('keeps one patch where the authors’ formula keeps none', () => {
    expect(randomMaskIndices(10, 0.9, createRandom(0)).keep).toHaveLength(1);
    expect(randomMaskIndices(1, 0.75, createRandom(0)).mask).toEqual(Float32Array.of(0));
  });

  it.each([
    [0, 0.5, 'randomMaskIndices: patchCount must be a positive integer, got 0'],
    [4, 1, 'randomMaskIndices: ratio must be in [0, 1), got 1'],
    [4, Number.NaN, 'randomMaskIndices: ratio must be in [0, 1), got NaN'],
  ])('refuses %d patches at ratio %d', (count, ratio, message) => {
    expect(() => randomMaskIndices(count, ratio, createRandom(0))).toThrow(message);
  });
});
