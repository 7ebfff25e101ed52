import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteVocabulary, decodeTokens, encodeText, maskGlyph } from './byte-vocabulary.ts';

const { maskId, paddingId, ordinaryTokens, size } = byteVocabulary;

describe('byteVocabulary', () => {
  it('has special ids that are distinct and follow the bytes', () => {
    expect(ordinaryTokens).toBe(256);
    expect(new Set([paddingId, maskId]).size).toBe(size - ordinaryTokens);
    for (const id of [paddingId, maskId]) {
      expect(id).toBeGreaterThanOrEqual(ordinaryTokens);
      expect(id).toBeLessThan(size);
    }
  });
});

describe('encodeText and decodeTokens', () => {
  it('encodes UTF-8, byte by byte', () => {
    expect(encodeText('Aé€😀')).toEqual(
      Int32Array.of(0x41, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80),
    );
    expect(encodeText(Uint8Array.of(0xff, 0))).toEqual(Int32Array.of(255, 0));
    expect(encodeText('')).toHaveLength(0);
  });

  it('are inverse to each other for any text, a byte order mark included', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\uFEFFwith a mark'));
    fc.assert(fc.property(texts, (text) => decodeTokens(encodeText(text)) === text));
  });

  it('show masks, leave out padding, and replace what is no UTF-8', () => {
    const [first = 0, second = 0] = encodeText('é');
    expect(decodeTokens([0x41, maskId, 0x42, paddingId, paddingId])).toBe(`A${maskGlyph}B`);
    expect(decodeTokens([first, maskId, 0x41])).toBe(`\uFFFD${maskGlyph}A`);
    expect(decodeTokens([second, 0x41, first])).toBe('\uFFFDA\uFFFD');
  });

  it('decodes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof decodeTokens(bytes) === 'string'));
  });

  it.each([-1, size, 0.5, Number.NaN])('refuses the id %d', (id) => {
    expect(() => decodeTokens([65, id])).toThrow(
      `decodeTokens: ids must be integers from 0 to ${size - 1}, got ${id} at position 1`,
    );
  });
});
