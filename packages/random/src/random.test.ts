import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from './index.ts';

describe('createRandom', () => {
  it('repeats for the same seed and differs for another', () => {
    const draw = (seed: number | string) =>
      Array.from({ length: 4 }, createRandom(seed).uniform as () => number);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual(draw('1'));
    expect(draw(0)).toEqual(draw(-0));
  });

  it('gives these very numbers, so that runs of earlier versions can be repeated', () => {
    const random = createRandom(42);
    expect([random.integer(1000), random.integer(1000), random.integer(1000)]).toMatchInlineSnapshot(`
      [
        836,
        922,
        397,
      ]
    `);
    expect(random.uniform()).toMatchInlineSnapshot(`0.8319275796911815`);
  });

  it('refuses a seed that is not finite', () => {
    expect(() => createRandom(Number.NaN)).toThrow('createRandom: NaN is no seed; give a finite number');
  });
});

describe('split', () => {
  it('does not depend on what was drawn before', () => {
    const untouched = createRandom(3);
    const used = createRandom(3);
    used.uniform();
    expect(used.split('views', 5).uniform()).toBe(untouched.split('views', 5).uniform());
    expect(createRandom(3, 'views', 5).uniform()).toBe(untouched.split('views').split(5).uniform());
  });

  it('gives streams that do not correlate', () => {
    const root = createRandom(9);
    const count = 4096;
    const a = Float64Array.from({ length: count }, (_, i) => root.split(i).uniform());
    const b = Float64Array.from({ length: count }, (_, i) => root.split(i + 1, 0).uniform());
    const mean = a.reduce((sum, x) => sum + x, 0) / count;
    const correlation = a.reduce((sum, x, i) => sum + (x - 0.5) * ((b[i] as number) - 0.5), 0) / count;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * count));
    expect(Math.abs(correlation * 12)).toBeLessThan(5 / Math.sqrt(count));
  });
});

describe('distributions', () => {
  it('uniform stays within its bounds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: -1e6, max: 1e6, noNaN: true }), (seed, low) => {
        const value = createRandom(seed).uniform(low, low + 2);
        return value >= low && value <= low + 2;
      }),
    );
  });

  it('integer is uniform (chi-squared over 10 bins, 99.99 %)', () => {
    const random = createRandom(5);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) bins[random.integer(10)]! += 1;
    const chiSquared = bins.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    expect(chiSquared).toBeLessThan(33.7);
  });

  it('integer refuses what is no count', () => {
    expect(() => createRandom(1).integer(0)).toThrow(
      'integer: bound must be an integer from 1 to 2^32, got 0',
    );
    expect(() => createRandom(1).integer(1.5)).toThrow('got 1.5');
  });

  it('normal has the mean and standard deviation it was asked for', () => {
    const random = createRandom(11);
    const values = Float64Array.from({ length: 20_000 }, () => random.normal(2, 3));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(2, 0);
    expect(Math.sqrt(variance)).toBeGreaterThan(2.9);
    expect(Math.sqrt(variance)).toBeLessThan(3.1);
  });

  it('bernoulli keeps its probability', () => {
    const random = createRandom(13);
    let hits = 0;
    for (let i = 0; i < 10_000; i++) if (random.bernoulli(0.2)) hits++;
    expect(Math.abs(hits / 10_000 - 0.2)).toBeLessThan(0.02);
  });

  it('permutation holds every index once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 200 }), (seed, length) => {
        const order = createRandom(seed).permutation(length);
        return (
          order.length === length &&
          new Set(order).size === length &&
          order.every((i) => i >= 0 && i < length)
        );
      }),
    );
  });
});
