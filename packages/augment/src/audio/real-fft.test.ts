import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { realFft } from './real-fft.ts';

describe('realFft', () => {
  it.each([4, 8, 16, 32, 64, 128])('gives the spectrum of %i samples', (size) => {
    const signal = Float64Array.from(noise(size, size));
    const power = new Float64Array(size / 2 + 1);
    realFft(size).powerSpectrum(signal, power);
    for (const [k, value] of power.entries()) {
      let re = 0;
      let im = 0;
      for (let n = 0; n < size; n++) {
        re += (signal[n] as number) * Math.cos((2 * Math.PI * k * n) / size);
        im -= (signal[n] as number) * Math.sin((2 * Math.PI * k * n) / size);
      }
      expect(value).toBeCloseTo(re * re + im * im, 10);
    }
  });

  it('makes each plan once and refuses other sizes', () => {
    expect(realFft(64)).toBe(realFft(64));
    expect(() => realFft(48)).toThrow('size must be a power of two from 4 to 1048576, got 48');
  });
});

function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed, 'noise');
  return Float32Array.from({ length }, () => random.uniform(-0.5, 0.5));
}
