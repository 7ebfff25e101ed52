import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { byteVocabulary } from './byte-vocabulary.ts';
import { leadingSpan, randomSpan } from './token-span.ts';

const { paddingId } = byteVocabulary;
const ids = Int32Array.of(10, 11, 12, 13, 14);

describe('randomSpan', () => {
  it('takes every window equally often, and nothing but windows', () => {
    const random = createRandom(5);
    const starts = [0, 0, 0];
    for (let draw = 0; draw < 3000; draw++) {
      const span = randomSpan(ids, 3, random);
      const start = (span[0] as number) - 10;
      expect(span).toEqual(ids.slice(start, start + 3));
      starts[start]! += 1;
    }
    for (const count of starts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('pads a shorter sequence at its end', () => {
    expect(randomSpan(ids, 7, createRandom(0))).toEqual(Int32Array.of(...ids, paddingId, paddingId));
    expect(randomSpan([], 2, createRandom(0), 0)).toEqual(Int32Array.of(0, 0));
  });

  it('is determined by its random stream and gives a copy', () => {
    const span = randomSpan(ids, 5, createRandom(1));
    expect(span).toEqual(randomSpan(ids, 5, createRandom(1)));
    span.fill(0);
    expect(ids[0]).toBe(10);
  });
});

describe('leadingSpan', () => {
  it('takes the first tokens and pads', () => {
    expect(leadingSpan(ids, 2)).toEqual(Int32Array.of(10, 11));
    expect(leadingSpan(ids, 6, -1)).toEqual(Int32Array.of(...ids, -1));
  });
});

it.each([0, 1.5, -3])('both refuse a length of %d', (length) => {
  const message = `length must be a positive integer, got ${length}`;
  expect(() => randomSpan(ids, length, createRandom(0))).toThrow(`randomSpan: ${message}`);
  expect(() => leadingSpan(ids, length)).toThrow(`leadingSpan: ${message}`);
});
