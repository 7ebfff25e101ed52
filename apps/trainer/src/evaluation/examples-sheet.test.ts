import type { ExamplePreviews } from '@ssl/train';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawExamplesSheet } from './examples-sheet.node.ts';

/** Grey pictures of 1×2 pixels. */
const row = (name: string, pixels: number[]): ExamplePreviews => ({
  name,
  previews: Array.from({ length: pixels.length / 2 }, (_, index) => ({
    picture: {
      ...({ height: 1, width: 2, channels: 1 } as const),
      data: Uint8Array.from(pixels.slice(2 * index, 2 * index + 2), (value) => Math.round(255 * value)),
    },
  })),
});

describe('drawExamplesSheet', () => {
  it('draws a row below the other, grey as RGB', async () => {
    const sheet = await drawExamplesSheet([row('input', [0, 1, 0.2, 0.4]), row('target', [1, 1, 0, 0])]);
    const { png, description } = sheet as NonNullable<typeof sheet>;
    expect(description).toEqual({ rows: ['input', 'target'], columns: 2, height: 1, width: 2 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([4, 2]);
    const red = [...data].filter((_, at) => at % info.channels === 0);
    expect(red).toEqual([0, 255, 51, 102, 255, 255, 0, 0]);
  });

  it('draws nothing where the examples are no pictures', async () => {
    const texts = [{ name: 'input', previews: [{ text: 'a' }] }];
    expect(await drawExamplesSheet(texts)).toBeUndefined();
  });

  it('refuses rows of different sizes', async () => {
    const odd = row('odd', [0, 0]);
    await expect(drawExamplesSheet([row('input', [0, 0, 0, 0]), odd])).rejects.toThrow(
      'examples: all rows must hold 2 pictures of 1×2 like "input", "odd" does not',
    );
  });
});
