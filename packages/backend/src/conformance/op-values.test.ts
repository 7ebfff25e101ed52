import { expect, it } from 'vitest';
import { relativeError } from './op-values.ts';

it('measures errors by the largest expected value', () => {
  expect(relativeError(Float32Array.of(1, 4.5), [1, 4])).toBe(0.125);
  expect(relativeError(Float32Array.of(0, 0), [0, 0])).toBe(0);
  expect(relativeError(Float32Array.of(1), [1, 2])).toBe(Infinity);
});

it('takes NaN and infinities for equal to themselves only', () => {
  expect(relativeError(Float32Array.of(NaN, Infinity, -Infinity, 3), [NaN, Infinity, -Infinity, 3])).toBe(0);
  for (const [actual, expected] of [
    [NaN, 1],
    [1, NaN],
    [Infinity, NaN],
    [Infinity, -Infinity],
    [1, Infinity],
  ] as const) {
    expect(relativeError(Float32Array.of(actual), [expected]), `${actual}, ${expected}`).toBe(Infinity);
  }
});
