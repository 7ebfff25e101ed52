import { join } from 'node:path';

import type { ImageSample } from '@ssl/augment';
import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { tiffBytes, type TiffPageBytes } from '../fixtures/tiff-bytes.node.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

const page = (value: number, more: Partial<TiffPageBytes> = {}): TiffPageBytes => ({
  ...{
    width: 3,
    height: 2,
    samples: Array.from({ length: 6 * (more.channels ?? 1) }, (_, at) => value + at),
  },
  ...more,
});

function fileOf(pages: readonly TiffPageBytes[]): string {
  return join(temporaryFolder({ 'stack.tif': tiffBytes(pages) }), 'stack.tif');
}

describe('a TIFF file of many pages', () => {
  it('is a set of images, one a page', async () => {
    const path = fileOf([page(0), page(100), page(4000)]);
    expect(await datasetSplits(path)).toEqual(['train']);
    const dataset = await openDataset(path);
    expect(dataset).toMatchObject({
      ...{ name: 'stack.tif (train)', length: 3 },
      samples: { modality: 'image', shape: [2, 3, 1], range: [0, 4005] },
      source: { kind: 'tiff-stack', path, range: [0, 4005] },
    });
    const image = (await dataset.read(1)) as ImageSample;
    expect(image).toMatchObject({ height: 2, width: 3, channels: 1, range: [0, 4005] });
    expect([...image.data]).toEqual([100, 101, 102, 103, 104, 105]);
    const attached = await attachDataset(structuredClone(shareDataset(dataset)));
    expect(await attached.read(2)).toEqual(await dataset.read(2));
  });

  it('keeps one channel of grey pages of 8 bits', async () => {
    const dataset = await openDataset(fileOf([page(1, { bits: 8 }), page(7, { bits: 8 })]));
    expect(dataset.samples).toEqual({ modality: 'image', shape: [2, 3, 1] });
    expect(await dataset.read(1)).toMatchObject({
      data: Uint8Array.of(7, 8, 9, 10, 11, 12),
      range: [0, 255],
    });
  });

  it('takes a range that is given', async () => {
    const dataset = await openDataset(fileOf([page(0), page(9)]), { range: [0, 4095] });
    expect(dataset.samples).toMatchObject({ range: [0, 4095] });
  });

  it.each([
    [
      'pages of two sizes',
      [page(0), page(0, { width: 2, height: 3 })],
      /got uint16 3×2×1 and uint16 2×3×1 \(page 1\)/,
    ],
    ['pages of two types', [page(0), page(0, { bits: 8 })], /got uint16 3×2×1 and uint8 3×2×1 \(page 1\)/],
    ['NaN', [page(NaN, { bits: 32, format: 'float' })], /stack\.tif, page 0: expected finite numbers/],
  ])('refuses %s', async (_, pages, line) => {
    const error: unknown = await openDataset(fileOf(pages)).catch((e: unknown) => e);
    expect(isUserError(error)).toBe(true);
    expect((error as Error).message).toMatch(line);
  });

  it.each(['text', tiffBytes([page(0)]).slice(0, 60)])(
    'refuses a file that is none, or not whole',
    async (content) => {
      const path = join(temporaryFolder({ 'stack.tif': content }), 'stack.tif');
      const error: unknown = await openDataset(path).catch((e: unknown) => e);
      expect(isUserError(error)).toBe(true);
    },
  );
});
