import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawExamplesSheet } from './examples-sheet.node.ts';

const row = (name: string, pixels: number[]) => ({
  ...{ name, images: 2, height: 1, width: 2, channels: 1 },
  pixels: Float32Array.from(pixels),
});

describe('drawExamplesSheet', () => {
  it('draws a row below the other, grey as RGB', async () => {
    const { png, description } = await drawExamplesSheet([
      row('input', [0, 1, 0.2, 0.4]),
      row('target', [1, 1, 0, 0]),
    ]);
    expect(description).toEqual({ rows: ['input', 'target'], columns: 2, height: 1, width: 2 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([4, 2]);
    const red = [...data].filter((_, at) => at % info.channels === 0);
    expect(red).toEqual([0, 255, 51, 102, 255, 255, 0, 0]);
  });

  it('refuses rows of different sizes', async () => {
    const odd = { ...row('odd', [0, 0]), images: 1 };
    await expect(drawExamplesSheet([row('input', [0, 0, 0, 0]), odd])).rejects.toThrow(
      'examples: all rows must be [2,1,2,1] like "input", "odd" is [1,1,2,1]',
    );
  });
});
