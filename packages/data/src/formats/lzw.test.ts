import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { unpackLzw } from './lzw.ts';

/** Codes of 9 bits, one behind the other. */
function packed(...codes: number[]): Uint8Array {
  const bits = codes.map((code) => code.toString(2).padStart(9, '0')).join('');
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => parseInt(byte.padEnd(8, '0'), 2));
}

// What libtiff packs is read in the tests of readTiff.
describe('unpackLzw', () => {
  it('unpacks the example of the specification ("TIFF Revision 6.0", page 60)', () => {
    const codes = packed(256, 7, 258, 8, 8, 258, 6, 6, 257);
    expect([...unpackLzw(codes)]).toEqual([7, 7, 7, 8, 8, 7, 7, 6, 6]);
  });

  it('unpacks a code that is about to be made', () => {
    expect([...unpackLzw(packed(256, 5, 258, 259, 257))]).toEqual([5, 5, 5, 5, 5, 5]);
  });

  it('grows with what a few codes unpack to', () => {
    const codes = Array.from({ length: 250 }, (_, i) => 258 + i);
    const length = (251 * 252) / 2;
    expect(unpackLzw(packed(256, 9, ...codes))).toEqual(new Uint8Array(length).fill(9));
  });

  it('refuses codes that stand for nothing', () => {
    expect(() => unpackLzw(packed(256, 5, 300, 257))).toThrow('LZW code 300 stands for nothing');
    expect(() => unpackLzw(packed(256, 258, 257))).toThrow('LZW code 258 stands for nothing');
  });

  it('ends on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        try {
          unpackLzw(Uint8Array.of(0x80, ...bytes));
        } catch (error) {
          expect(String(error)).toMatch(/LZW code \d+ stands for nothing/);
        }
      }),
    );
  });
});
