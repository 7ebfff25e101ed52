import { cpSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { noisyImage, plainImage } from '../fixtures/image-bytes.node.ts';
import { bytesOf, imageOf } from '../fixtures/numbered-dataset.ts';
import { addFiles, temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';

const red = await plainImage('png', { r: 255, g: 0, b: 0 });
const green = await plainImage('jpeg', { r: 0, g: 255, b: 0 });
const blue = await plainImage('webp', { r: 0, g: 0, b: 255 });

describe('layouts', () => {
  it('takes a flat folder as a set without labels, in the order of the names', async () => {
    const folder = temporaryFolder({
      'b.WebP': blue,
      'a.JPEG': green,
      'c.png': red,
      'notes.txt': 'x',
      '.d.png': red,
    });
    expect(await datasetSplits(folder)).toEqual(['train']);
    const dataset = await openDataset(folder);
    expect(dataset).toMatchObject({ length: 3, samples: { modality: 'image', shape: [6, 8, 3] } });
    expect(dataset).not.toHaveProperty('labels');
    const first = await Promise.all(
      [0, 1, 2].map(async (index) => [...bytesOf(await dataset.read(index)).subarray(0, 3)]),
    );
    expect(first[0]?.[1]).toBeGreaterThan(250);
    expect(first[1]?.[2]).toBeGreaterThan(240);
    expect(first[2]).toEqual([255, 0, 0]);
    await expect(dataset.read(3)).rejects.toThrow('read: index must be an integer from 0 to 2, got 3');
    await expect(openDataset(folder, { split: 'test' })).rejects.toThrow('has no test split (it has: train)');
  });

  it('takes sub-folders as classes, at any depth, and leaves out hidden and empty ones', async () => {
    const folder = temporaryFolder({
      'dog/x/y/1.png': red,
      'dog/0.png': red,
      'cat/2.png': red,
      'notes/readme.txt': 'x',
      '.hidden/3.png': red,
    });
    const dataset = await openDataset(folder);
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect(dataset.labels).toEqual(Int32Array.of(0, 1, 1));
  });

  it.each(['test', 'val', 'Validation'])(
    'takes train/ and %s/ as splits with the same classes',
    async (name) => {
      const folder = temporaryFolder({
        'train/cat/1.png': red,
        'train/dog/1.png': red,
        [`${name}/dog/1.png`]: green,
        [`${name}/emu/1.png`]: green,
      });
      expect(await datasetSplits(folder)).toEqual(['train', 'test']);
      const [train, test] = [await openDataset(folder), await openDataset(folder, { split: 'test' })];
      expect([train.classNames, train.labels]).toEqual([['cat', 'dog', 'emu'], Int32Array.of(0, 1)]);
      expect([test.classNames, test.labels]).toEqual([['cat', 'dog', 'emu'], Int32Array.of(1, 2)]);
      expect((await openDataset(test.source)).fingerprint).toBe(test.fingerprint);
    },
  );

  it('takes train/ among other folders as a class, and one class as none', async () => {
    const folder = temporaryFolder({ 'train/1.png': red, 'bus/1.png': red });
    expect((await openDataset(folder)).classNames).toEqual(['bus', 'train']);
    const single = await openDataset(temporaryFolder({ 'images/1.png': red, '2.png': red }));
    expect([single.length, single.labels]).toEqual([2, undefined]);
  });

  it('leaves out images beside the folders of classes, with a warning', async () => {
    const folder = temporaryFolder({ 'cat/1.png': red, 'dog/1.png': red, 'cover.png': red });
    const warnings: string[] = [];
    const dataset = await openDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect(dataset.length).toBe(2);
    expect(warnings).toEqual([
      '1 image beside the folders of the classes left out: cover.png; --strict makes this an error',
    ]);
  });

  it('follows links, but not in a circle', async () => {
    const folder = temporaryFolder({ 'cat/1.png': red, 'dog/1.png': red });
    const elsewhere = temporaryFolder({ '5.png': red });
    symlinkSync('..', join(folder, 'cat/up'));
    symlinkSync('.', join(folder, 'dog/here'));
    symlinkSync(elsewhere, join(folder, 'dog/elsewhere'));
    symlinkSync(join(folder, 'cat/1.png'), join(folder, 'dog/2.png'));
    const dataset = await openDataset(folder);
    expect(dataset.labels).toEqual(Int32Array.of(0, 1, 1, 1));
  });
});

describe('broken files', () => {
  it('skips them with one counted line, or refuses them with strict', async () => {
    const jpeg = await noisyImage('jpeg');
    const png = await noisyImage('png');
    const webp = await noisyImage('webp');
    const folder = temporaryFolder({
      'a.jpg': jpeg.subarray(0, jpeg.length / 2),
      'b.png': 'this is text',
      'c.png': '',
      'd.png': png.subarray(0, png.length - 40),
      'e.webp': webp.subarray(0, webp.length - 10),
      'f.jpg': jpeg.subarray(0, 20),
      'truncated.jpg': jpeg,
      'whole.png': png,
      'whole.webp': webp,
    });
    symlinkSync('nowhere', join(folder, 'g.jpg'));
    const warnings: string[] = [];
    const dataset = await openDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect(dataset.length).toBe(3);
    expect(warnings).toEqual([
      '7 of 10 images skipped: a.jpg (truncated), b.png (not a JPEG, PNG, WebP or TIFF image), c.png (empty), ' +
        'd.png (truncated), e.webp (truncated) and 2 more; --strict makes this an error',
    ]);
    await expect(openDataset(folder, { strict: true })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(
        /^7 of 10 images cannot be read: a\.jpg \(truncated\), .* or leave out --strict\)$/,
      ),
    });
  });

  it('keeps whole images with other bytes after them, and images under another extension', async () => {
    const trailing = (bytes: Uint8Array) => Uint8Array.of(...bytes, ...new Uint8Array(50));
    const dataset = await openDataset(
      temporaryFolder({
        'a.jpg': trailing(await noisyImage('jpeg')),
        'b.png': trailing(await noisyImage('png')),
        'c.webp': trailing(await noisyImage('webp')),
        'd.png': green,
      }),
      { strict: true },
    );
    expect(dataset.length).toBe(4);
    expect(imageOf(await dataset.read(3)).width).toBe(8);
  });

  it('names the file of an image that breaks after it was looked at', async () => {
    const folder = temporaryFolder({ 'a.png': red, 'b.png': red });
    const dataset = await openDataset(folder);
    writeFileSync(join(folder, 'b.png'), 'gone');
    await expect(dataset.read(1)).rejects.toThrow(`cannot decode ${join(folder, 'b.png')}: `);
  });

  it('refuses folders without a usable image, in one line', async () => {
    const open = (files: Record<string, Uint8Array | string>) => openDataset(temporaryFolder(files));
    await expect(open({})).rejects.toThrow(/ssl-data-\w+ is empty$/);
    await expect(open({ 'a/1.gif': 'x', 'a/2.GIF': 'x', 'b.txt': 'x' })).rejects.toThrow(
      /holds no image \(\.jpg, \.jpeg, \.png, \.webp, \.tif, \.tiff\); it holds 2 \.gif files$/,
    );
    await expect(open({ 'a.png': '', 'b.png': 'x' })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(
        /none of the 2 images can be read: a\.png \(empty\), b\.png \(not a JPEG/,
      ),
    });
  });
});

describe('fingerprint', () => {
  it('stays in a copy with other times, and changes with name, content and label', async () => {
    const files = { 'cat/1.png': red, 'dog/1.png': red };
    const folder = temporaryFolder(files);
    const { fingerprint } = await openDataset(folder);
    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true });
    utimesSync(join(copy, 'cat/1.png'), 0, 0);
    expect((await openDataset(copy)).fingerprint).toBe(fingerprint);
    for (const change of [{ 'cat/2.png': red }, { 'cat/1.png': green }]) {
      const changed = temporaryFolder(files);
      addFiles(changed, change);
      expect((await openDataset(changed)).fingerprint).not.toBe(fingerprint);
    }
  });
});

describe('cache', () => {
  it('keeps decoded images, shared with workers, where they fit', async () => {
    const folder = temporaryFolder({ 'a.png': red, 'b.png': red });
    const dataset = await openDataset(folder, { cacheMebibytes: (8 * 6 * 3) / 2 ** 20 });
    const images = [imageOf(await dataset.read(0)), imageOf(await dataset.read(1))];
    const attached = await attachDataset(structuredClone(dataset.share?.()) as { kind: string });
    for (const name of ['a.png', 'b.png']) writeFileSync(join(folder, name), 'gone');
    expect(await attached.read(0)).toEqual({
      ...images[0],
      data: new Uint8Array(images[0]?.data as Uint8Array),
    });
    await expect(attached.read(1)).rejects.toThrow('b.png');
  });
});
