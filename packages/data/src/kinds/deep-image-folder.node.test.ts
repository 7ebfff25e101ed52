import { join } from 'node:path';

import type { ImageSample } from '@ssl/augment';
import { isUserError } from '@ssl/errors';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { plainImage } from '../fixtures/image-bytes.node.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { tiffBytes } from '../fixtures/tiff-bytes.node.ts';
import { attachDataset, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

/** A grey PNG of 16 bits. */
function greyPng(values: readonly number[], width = values.length): Promise<Uint8Array> {
  const raw = { width, height: values.length / width, channels: 1 as const };
  return sharp(Uint16Array.from(values), { raw }).toColourspace('grey16').png().toBuffer();
}

const tiff = (channels: number, value = 0, pages = 1): Uint8Array =>
  tiffBytes(
    Array.from({ length: pages }, (_, page) => ({
      ...{ width: 2, height: 1, channels },
      samples: Array.from({ length: 2 * channels }, (_, at) => value + 1000 * page + at),
    })),
  );

const red = { r: 255, g: 0, b: 0 };

describe('a folder of images of more than 8 bits', () => {
  it('keeps the depth of grey PNGs, and measures the range on the training images', async () => {
    const folder = temporaryFolder({
      'train/a/1.png': await greyPng([0, 100, 4095]),
      'train/b/2.png': await greyPng([7, 8, 9]),
      'test/a/3.png': await greyPng([0, 60000, 1]),
    });
    const [train, test] = [await openDataset(folder), await openDataset(folder, { split: 'test' })];
    expect(train).toMatchObject({
      samples: { modality: 'image', shape: [1, 3, 1], range: [0, 4095] },
      source: { kind: 'image-folder', range: [0, 4095] },
      classNames: ['a', 'b'],
    });
    expect(test.samples).toMatchObject({ range: [0, 4095] });
    const image = (await train.read(0)) as ImageSample;
    expect(image).toMatchObject({ channels: 1, range: [0, 4095] });
    expect([...image.data]).toEqual([0, 100, 4095]);
    expect((await openDataset(folder, { range: [1, 2] })).samples).toMatchObject({ range: [1, 2] });
  });

  it('gives the same from its cache, in every thread', async () => {
    const folder = temporaryFolder({ '1.png': await greyPng([1, 2]), '2.png': await greyPng([3, 40000]) });
    const dataset = await openDataset(folder);
    const attached = await attachDataset(structuredClone(shareDataset(dataset)));
    const first = await dataset.read(1);
    expect(first).toMatchObject({ data: Uint16Array.of(3, 40000) });
    expect(await dataset.read(1)).toEqual(first);
    expect(await attached.read(1)).toEqual(first);
    expect(await (await openDataset(folder, { cacheMebibytes: 0 })).read(1)).toEqual(first);
  });

  it('reads TIFFs of many channels, and takes the pages of a file for its channels', async () => {
    const channels = await openDataset(temporaryFolder({ '1.tif': tiff(5), '2.tiff': tiff(5, 10) }));
    expect(channels.samples).toMatchObject({ shape: [1, 2, 5], range: [0, 19] });
    const pages = await openDataset(temporaryFolder({ '1.tif': tiff(1, 0, 2), '2.tif': tiff(1, 5, 2) }));
    expect(pages.samples).toMatchObject({ shape: [1, 2, 2] });
    expect(((await pages.read(1)) as ImageSample).data).toEqual(Uint16Array.of(5, 1005, 6, 1006));
  });

  it('reads TIFFs of 8 bits as any picture', async () => {
    const bytes = await sharp({ create: { width: 4, height: 3, channels: 3, background: red } })
      .tiff({ compression: 'lzw' })
      .toBuffer();
    const dataset = await openDataset(
      temporaryFolder({ '1.tif': bytes, '2.png': await plainImage('png', red, 4, 3) }),
    );
    expect(dataset.samples).toEqual({ modality: 'image', shape: [3, 4, 3] });
    expect(await dataset.read(0)).toMatchObject({ range: [0, 255] });
    expect([...((await dataset.read(0)) as ImageSample).data]).toEqual([
      ...((await dataset.read(1)) as ImageSample).data,
    ]);
  });

  it('refuses images that differ in type or channels, in one line', async () => {
    const open = (files: Record<string, Uint8Array>): Promise<unknown> =>
      openDataset(temporaryFolder(files)).catch((error: unknown) => error);
    const depths = await open({ '1.png': await plainImage('png', red), '2.png': await greyPng([1, 2]) });
    expect(isUserError(depths)).toBe(true);
    expect((depths as Error).message).toMatch(
      /expected images of one type and number of channels, got 1\.png \(uint8 with 3 channels\) and 2\.png \(uint16 with 1 channel\): convert one/,
    );
    const splits = temporaryFolder({
      'train/1.png': await plainImage('png', red),
      'test/2.png': await greyPng([1, 2]),
    });
    await expect(openDataset(splits, { split: 'test' })).rejects.toThrow(
      /expected images of one type in both splits, got uint8 in .*train and uint16 in .*test/,
    );
    const channels = await open({ '1.tif': tiff(5), '2.tif': tiff(4) });
    expect((channels as Error).message).toMatch(
      /uint16 with 5 channels\) and 2\.tif \(uint16 with 4 channels/,
    );
  });

  it('skips TIFFs that cannot be read, and names the image that holds NaN', async () => {
    const warnings: string[] = [];
    const whole = tiff(5);
    const folder = temporaryFolder({ '1.tif': whole, '2.tif': whole.slice(0, 20), '3.tif': whole });
    const dataset = await openDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect(dataset.length).toBe(2);
    expect(warnings.join('\n')).toMatch(/1 of 3 images skipped: 2\.tif \(damaged\)/);
    const holes = tiffBytes([{ width: 1, height: 1, samples: [NaN], bits: 32, format: 'float' }]);
    await expect(openDataset(temporaryFolder({ 'a.tif': holes }))).rejects.toThrow(
      /a\.tif: expected finite numbers, got NaN/,
    );
    await expect(
      openDataset(join(temporaryFolder({ 'a/1.tif': holes }), 'a'), { range: [0, 1] }).then((set) =>
        set.read(0),
      ),
    ).rejects.toThrow(/1\.tif: expected finite numbers, got NaN/);
  });
});
