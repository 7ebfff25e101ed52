import { logMelSpectrogram } from '@ssl/augment';
import { createRandom, type Random } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { renderTone, toneClassNames } from './render-tone.ts';
import { sineOfTurns } from './sine.ts';

describe('renderTone', () => {
  it.each(toneClassNames.map((name, classIndex) => ({ name, classIndex })))(
    'renders $name within [−1, 1], audibly, at any rate',
    ({ classIndex }) => {
      for (const sampleRate of [8000, 16000]) {
        for (let seed = 0; seed < 10; seed++) {
          const clip = renderTone({ classIndex, random: createRandom(seed), sampleRate, seconds: 0.5 });
          expect(clip).toHaveLength(sampleRate / 2);
          const peak = clip.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
          expect(peak).toBeGreaterThan(0.03);
          expect(peak).toBeLessThanOrEqual(1);
        }
      }
    },
  );

  it('gives the same samples again, and others for another seed or class', () => {
    const tone = renderTone({ classIndex: 2, random: createRandom(5) });
    expect(tone).toHaveLength(8000);
    expect(renderTone({ classIndex: 2, random: createRandom(5) })).toEqual(tone);
    expect(renderTone({ classIndex: 2, random: createRandom(6) })).not.toEqual(tone);
    expect(renderTone({ classIndex: 3, random: createRandom(5) })).not.toEqual(tone);
  });

  it('draws what is not the class from the same ranges for every class', () => {
    const draws = toneClassNames.map((_, classIndex) => {
      const ranges: string[] = [];
      renderTone({ classIndex, random: listening(createRandom(1), ranges), seconds: 0.1 });
      return ranges;
    });
    const [first] = draws as [string[]];
    expect(first).toHaveLength(toneDraws - 1);
    for (const ranges of draws) expect(ranges).toEqual(first);
  });

  it('renders these very samples, here and in every browser', () => {
    let hash = 0;
    for (let classIndex = 0; classIndex < toneClassNames.length; classIndex++) {
      const clip = renderTone({ classIndex, random: createRandom(0), seconds: 0.25 });
      for (const word of new Int32Array(clip.buffer)) hash = (Math.imul(hash, 31) + word) | 0;
    }
    expect(hash).toMatchInlineSnapshot(`485467152`);
  });

  it('leaves neighbours in log-mel spectrograms better than guessing, but far from perfect', () => {
    const random = createRandom('neighbours');
    const count = 600;
    const rows = Array.from({ length: count }, (_, i) => {
      const clip = renderTone({ classIndex: i % toneClassNames.length, random: random.split(i) });
      return logMelSpectrogram(clip, { sampleRate: 8000, hop: 160 }).data;
    });
    let hits = 0;
    for (let i = 450; i < count; i++) {
      const nearest = nearestRow(rows[i] as Float32Array, rows.slice(0, 450));
      if (nearest % toneClassNames.length === i % toneClassNames.length) hits++;
    }
    expect(hits / 150).toBeGreaterThan(0.25);
    expect(hits / 150).toBeLessThan(0.7);
  });

  it.each([
    [{ classIndex: 10 }, 'classIndex must be an integer from 0 to 9, got 10'],
    [{ classIndex: 0.5 }, 'classIndex must be an integer from 0 to 9, got 0.5'],
    [{ classIndex: 0, sampleRate: 44.1 }, 'sampleRate must be an integer from 1000 Hz, got 44.1'],
    [{ classIndex: 0, seconds: 0 }, 'seconds must make at least one sample, got 0'],
    [{ classIndex: 0, seconds: NaN }, 'seconds must make at least one sample, got NaN'],
  ])('refuses %j', (options, message) => {
    expect(() => renderTone({ random: createRandom(0), ...options })).toThrow(message);
  });
});

describe('sineOfTurns', () => {
  it('is the sine of all angles', () => {
    for (let turns = -3; turns < 3; turns += 0.0137) {
      expect(Math.abs(sineOfTurns(turns) - Math.sin(2 * Math.PI * turns))).toBeLessThan(4e-6);
    }
  });
});

/** The 15 numbers that a tone is drawn from come first; the fourth is the attack, the only one of the voice's own. */
const toneDraws = 15;
const attackDraw = 4;

/** Notes the ranges that a tone is drawn from. */
function listening(random: Random, ranges: string[]): Random {
  return {
    ...random,
    split: (...path) => {
      const stream = random.split(...path);
      if (path[0] !== 'tone') return stream;
      let draws = 0;
      return {
        ...stream,
        uniform: (low, high) => {
          draws++;
          if (draws <= toneDraws && draws !== attackDraw) ranges.push(`${low} ${high}`);
          return stream.uniform(low, high);
        },
      };
    },
  };
}

function nearestRow(row: Float32Array, others: readonly Float32Array[]): number {
  const distances = others.map((other) =>
    other.reduce((sum, value, i) => sum + (value - (row[i] as number)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}
