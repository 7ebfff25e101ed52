import { describe, expect, it } from 'vitest';
import { describeExampleTexts } from './example-texts.ts';

describe('describeExampleTexts', () => {
  it('gives the texts of each row', () => {
    const rows = [
      { name: 'input', previews: [{ text: 'a■' }, { text: '' }] },
      { name: 'target', previews: [{ text: 'ab' }, { text: 'c' }] },
    ];
    expect(describeExampleTexts(rows)).toEqual({
      rows: ['input', 'target'],
      texts: [
        ['a■', ''],
        ['ab', 'c'],
      ],
    });
  });

  it('gives nothing without rows, or where one has no text', () => {
    expect(describeExampleTexts([])).toBeUndefined();
    expect(describeExampleTexts([{ name: 'input', previews: [{ text: 'a' }, {}] }])).toBeUndefined();
    expect(describeExampleTexts([{ name: 'input', previews: [] }])).toBeUndefined();
  });
});
