import { isUserError } from '@ssl/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from './parse-documents.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function documentsOf(content: string | Uint8Array, documentPer: 'line' | 'file'): string[] {
  const bytes = typeof content === 'string' ? encode(content) : content;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return parseDocuments(bytes, { documentPer, file: 'news.txt' }).map((document) => decoder.decode(document));
}

describe('parseDocuments', () => {
  it('takes each line as a document, however lines end', () => {
    expect(documentsOf('first\nzweites Stück\n日本\n', 'line')).toEqual(['first', 'zweites Stück', '日本']);
    expect(documentsOf('first\r\nsecond\r\nlast', 'line')).toEqual(['first', 'second', 'last']);
    expect(documentsOf('one\rstill one\ntwo', 'line')).toEqual(['one\rstill one', 'two']);
  });

  it('takes the file as a document, with LF for CR LF', () => {
    expect(documentsOf('first\r\n\r\nsecond\rthird\n', 'file')).toEqual(['first\n\nsecond\rthird\n']);
    expect(documentsOf('as it is\n', 'file')).toEqual(['as it is\n']);
  });

  it('drops a byte order mark at the beginning, and no other', () => {
    expect(documentsOf('\uFEFFfirst\n\uFEFFsecond', 'line')).toEqual(['first', '\uFEFFsecond']);
    expect(documentsOf('\uFEFFtext', 'file')).toEqual(['text']);
  });

  it('leaves out empty documents and white space', () => {
    expect(documentsOf('\n\nfirst\n \t\r\n\r\nsecond\n\n', 'line')).toEqual(['first', 'second']);
    for (const empty of ['', '\uFEFF', ' \r\n\t\n']) {
      expect(documentsOf(empty, 'line')).toEqual([]);
      expect(documentsOf(empty, 'file')).toEqual([]);
    }
  });

  it('gives back any lines', () => {
    const line = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]|^\uFEFF|^[ \t\v\f]*$/.test(text));
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean(), (lines, end, ended) => {
        expect(documentsOf(lines.join(end) + (ended ? end : ''), 'line')).toEqual(lines);
      }),
    );
  });

  it.each(['line', 'file'] as const)(
    'names file, line and offset of what is no UTF-8, per %s',
    (documentPer) => {
      const bytes = Uint8Array.of(...encode('Grün\nzwei\ncaf'), 0xe9, ...encode(' au lait\n'));
      let error: unknown;
      try {
        documentsOf(bytes, documentPer);
      } catch (caught) {
        error = caught;
      }
      expect(isUserError(error)).toBe(true);
      expect(String(error)).toContain(
        'news.txt: line 3 is not valid UTF-8 (byte 0xe9 at offset 14 of the file)',
      );
      expect(String(error)).not.toContain('\n');
    },
  );

  it('refuses UTF-16', () => {
    expect(() => documentsOf(Uint8Array.of(0xff, 0xfe, 0x41, 0), 'file')).toThrow(
      'line 1 is not valid UTF-8 (byte 0xff at offset 0',
    );
  });
});
