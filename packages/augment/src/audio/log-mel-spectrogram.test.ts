import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { logMelSpectrogram } from './log-mel-spectrogram.ts';
import { melSettingsFor } from './mel-settings.ts';
import { silence } from './spectrogram.ts';

describe('melSettingsFor', () => {
  it.each([
    [16_000, { fftSize: 1024, windowSize: 1024, hop: 160, highestFrequency: 7800 }],
    [8000, { fftSize: 512, windowSize: 512, hop: 80, highestFrequency: 3900 }],
    [11_025, { fftSize: 1024, windowSize: 706, hop: 110, highestFrequency: 0.4875 * 11_025 }],
    [44_100, { fftSize: 4096, windowSize: 2822, hop: 441, highestFrequency: 7800 }],
  ])('keeps windows of 64 ms and frames of 10 ms at %i Hz', (sampleRate, expected) => {
    expect(melSettingsFor(sampleRate)).toMatchObject({ sampleRate, melBands: 64, ...expected });
    const { height, width, data } = logMelSpectrogram(noise(sampleRate, 1), { sampleRate });
    expect(height).toBe(64);
    expect(Math.abs(width - 101)).toBeLessThan(2);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  it('refuses a rate that is none', () => {
    expect(() => melSettingsFor(0)).toThrow('sampleRate must be an integer from 1000 Hz, got 0');
  });
});

describe('logMelSpectrogram', () => {
  it('has low frequencies in low rows', () => {
    const rows = [100, 500, 1000, 2000, 3500].map((frequency) => {
      const tone = Float32Array.from({ length: 4000 }, (_, i) =>
        Math.sin((2 * Math.PI * frequency * i) / 8000),
      );
      const { height, width, data } = logMelSpectrogram(tone, { sampleRate: 8000 });
      const column = Array.from({ length: height }, (_, row) => data[row * width + 25] as number);
      return column.indexOf(Math.max(...column));
    });
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(new Set(rows).size).toBe(5);
  });

  it('is that of silence where there is none to hear, 2 log(a) more where it is a times as loud', () => {
    const quiet = logMelSpectrogram(new Float32Array(800), { sampleRate: 8000 });
    expect(quiet.data.every((value) => value === Math.fround(silence))).toBe(true);
    const clip = noise(2000, 3);
    const plain = logMelSpectrogram(clip, { sampleRate: 8000 });
    const louder = logMelSpectrogram(
      clip.map((sample) => 4 * sample),
      { sampleRate: 8000 },
    );
    louder.data.forEach((value, i) => {
      expect(value - (plain.data[i] as number)).toBeCloseTo(2 * Math.log(4), 2);
    });
  });

  it('refuses clips that are too short to reflect', () => {
    expect(() => logMelSpectrogram(new Float32Array(256), { sampleRate: 8000 })).toThrow(
      'logMelSpectrogram: expected more than 256 samples, half of fftSize, got 256',
    );
    expect(logMelSpectrogram(new Float32Array(257), { sampleRate: 8000 }).width).toBe(4);
  });

  it.each([
    [{ fftSize: 1000 }, 'fftSize must be a power of two from 4, got 1000'],
    [{ fftSize: 512, windowSize: 600 }, 'windowSize must be from 1 to 512, got 600'],
    [{ hop: 0 }, 'hop must be a positive integer, got 0'],
    [{ melBands: 1.5 }, 'melBands must be a positive integer, got 1.5'],
    [{ lowestFrequency: -1 }, 'lowestFrequency must be at least 0 Hz, got -1'],
    [{ highestFrequency: 5000 }, 'highestFrequency must be above 60 Hz and at most 4000 Hz, got 5000'],
    [{ melBands: 400 }, 'is narrower than the bins of the FFT: use fewer melBands or a longer fftSize'],
  ])('refuses %j', (options, message) => {
    try {
      logMelSpectrogram(new Float32Array(8000), { sampleRate: 8000, ...options });
    } catch (error) {
      expect(isUserError(error)).toBe(true);
      expect((error as Error).message).toContain(message);
      return;
    }
    expect.unreachable();
  });
});

function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed, 'noise');
  return Float32Array.from({ length }, () => random.uniform(-0.5, 0.5));
}
