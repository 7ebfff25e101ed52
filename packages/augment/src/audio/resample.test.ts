import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { resample } from './resample.ts';

describe('resample', () => {
  it('keeps a tone that both rates can hold, and takes away one that the lower cannot', () => {
    const tone = (frequency: number, rate: number) =>
      Float32Array.from({ length: rate / 4 }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));
    const kept = resample(tone(440, 44_100), 44_100, 8000);
    const expected = tone(440, 8000);
    expect(kept).toHaveLength(Math.ceil((44_100 / 4) * (8000 / 44_100)));
    for (let i = 100; i < 1900; i++) expect(kept[i]).toBeCloseTo(expected[i] as number, 2);
    const lost = resample(tone(6000, 44_100), 44_100, 8000);
    for (let i = 100; i < 1900; i++) expect(Math.abs(lost[i] as number)).toBeLessThan(0.02);
  });

  it('returns what has the rate already, and nothing of nothing', () => {
    const clip = noise(10, 1);
    expect(resample(clip, 8000, 8000)).toBe(clip);
    expect(resample(new Float32Array(0), 8000, 16_000)).toHaveLength(0);
  });

  it('refuses rates and filters that are none', () => {
    expect(() => resample(noise(4, 1), 0, 8000)).toThrow('fromRate must be a positive integer, got 0');
    expect(() => resample(noise(4, 1), 8000, 44.1)).toThrow('toRate must be a positive integer, got 44.1');
    expect(() => resample(noise(4, 1), 8000, 4000, { rolloff: 2 })).toThrow(
      'rolloff must be in (0, 1], got 2',
    );
  });
});

function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed, 'noise');
  return Float32Array.from({ length }, () => random.uniform(-0.5, 0.5));
}
