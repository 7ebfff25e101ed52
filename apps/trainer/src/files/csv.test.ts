import { describe, expect, it } from 'vitest';
import { decodeCsv, encodeCsv } from './csv.ts';

describe('decodeCsv', () => {
  it('reads back what encodeCsv writes', () => {
    const rows = [
      ['a,b', 'say "x"'],
      ['two\r\nlines', ''],
      ['', 'last'],
    ];
    expect(decodeCsv(encodeCsv(['path', 'class'], rows))).toEqual([['path', 'class'], ...rows]);
  });

  it('takes any line end, leaves out empty lines and the byte order mark', () => {
    expect(decodeCsv('\uFEFFa,1\nb,2\r\r\nc,\n\nd')).toEqual([['a', '1'], ['b', '2'], ['c', ''], ['d']]);
    expect(decodeCsv('a,')).toEqual([['a', '']]);
    expect(decodeCsv('')).toEqual([]);
  });

  it('says where a quoted field does not end', () => {
    expect(() => decodeCsv('a,1\n"b,2\n')).toThrow('line 2: a quoted field does not end');
    expect(() => decodeCsv('"a"b,1\n')).toThrow(
      'line 1: a quoted field does not end, or text follows its end',
    );
  });
});
