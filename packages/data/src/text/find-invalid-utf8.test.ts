import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findInvalidUtf8 } from './find-invalid-utf8.ts';

function isValid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Bytes that are often part of longer sequences, so that many samples are nearly valid. */
const trickyBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf),
      fc.constantFrom(0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff),
    ),
    { maxLength: 6 },
  )
  .map((values) => Uint8Array.from(values));

describe('findInvalidUtf8', () => {
  it('agrees with a strict TextDecoder', () => {
    fc.assert(
      fc.property(fc.oneof(trickyBytes, fc.uint8Array()), (bytes) => {
        expect(findInvalidUtf8(bytes) === -1).toBe(isValid(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it('agrees on every two bytes, and every second byte of longer sequences', () => {
    for (let lead = 0x80; lead <= 0xff; lead++) {
      for (let second = 0; second <= 0xff; second++) {
        for (const tail of [[], [0x80], [0x80, 0xbf]]) {
          const bytes = Uint8Array.of(lead, second, ...tail);
          if ((findInvalidUtf8(bytes) === -1) !== isValid(bytes))
            expect.fail(`differs at ${bytes.join(' ')}`);
        }
      }
    }
  });

  it('gives the place of the first error, after which all before it is valid', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(0xff, 0xc3, 0x80), (text, wrong) => {
        const valid = new TextEncoder().encode(text);
        expect(findInvalidUtf8(Uint8Array.of(...valid, wrong, 0x41))).toBe(valid.length);
      }),
    );
  });

  it('finds a sequence that the end cuts off at its first byte', () => {
    expect(findInvalidUtf8(Uint8Array.of(0x41, 0xf0, 0x9f, 0x98))).toBe(1);
    expect(findInvalidUtf8(Uint8Array.of(0x41, 0xf0, 0x9f, 0x98, 0x80))).toBe(-1);
    expect(findInvalidUtf8(new Uint8Array(0))).toBe(-1);
  });
});
