import { decodeTokens, type TokenSample } from '@ssl/augment';
import { describe, expect, it } from 'vitest';

import type { Dataset } from '../dataset.ts';
import { noisyImage } from '../fixtures/image-bytes.node.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

async function textsOf(dataset: Dataset): Promise<readonly string[]> {
  const samples = await Promise.all(Array.from({ length: dataset.length }, (_, at) => dataset.read(at)));
  return samples.map((sample) => decodeTokens((sample as TokenSample).data));
}

describe('a file of texts', () => {
  it('has a text on each line, in any language and with any line ends', async () => {
    const folder = temporaryFolder({ 'poems.txt': '\uFEFFGrüße aus Köln\r\n\r\n  \n日本語\nlast' });
    const dataset = await openDataset(`${folder}/poems.txt`);
    expect(await textsOf(dataset)).toEqual(['Grüße aus Köln', '日本語', 'last']);
    expect(dataset).toMatchObject({ name: 'poems.txt (train)', length: 3 });
    expect(dataset.labels).toBeUndefined();
    expect(await datasetSplits(`${folder}/poems.txt`)).toEqual(['train']);
    expect(dataset.samples).toMatchObject({
      modality: 'tokens',
      shape: [null],
      vocabulary: 258,
      typicalLength: 17,
    });
  });

  it.each([
    ['', /poems\.txt holds no text: it is empty, or white space only$/],
    ['\n \t\n', /poems\.txt holds no text: it is empty, or white space only$/],
    [
      Uint8Array.of(97, 10, 98, 0xe9, 10),
      /poems\.txt: line 2 is not valid UTF-8 \(byte 0xe9 at offset 3 of the file\); save the file as UTF-8/,
    ],
  ])('is refused where it holds none, or is no UTF-8 (%j)', async (content, message) => {
    const folder = temporaryFolder({ 'poems.txt': content });
    const error: unknown = await openDataset(`${folder}/poems.txt`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'UserError', message: expect.stringMatching(message) });
    expect(String((error as Error).message)).not.toContain('\n');
  });
});

describe('a folder of texts', () => {
  it('has a text on each line where each class has one file, over both splits', async () => {
    const folder = temporaryFolder({
      'train/world/articles.txt': 'one\ntwo\n',
      'train/sport/articles.txt': 'three\n',
      'test/sport/articles.txt': 'four\nfive\n',
      'test/arts/articles.txt': 'six\n',
    });
    expect(await datasetSplits(folder)).toEqual(['train', 'test']);
    const [train, test] = [await openDataset(folder), await openDataset(folder, { split: 'test' })];
    expect(train.classNames).toEqual(['arts', 'sport', 'world']);
    expect(test.classNames).toEqual(train.classNames);
    expect([await textsOf(train), train.labels]).toEqual([['three', 'one', 'two'], Int32Array.of(1, 2, 2)]);
    expect([await textsOf(test), test.labels]).toEqual([['six', 'four', 'five'], Int32Array.of(0, 1, 1)]);
    expect((await openDataset(test.source)).fingerprint).toBe(test.fingerprint);
  });

  it('has a text in each file where a class has several, in either split', async () => {
    const folder = temporaryFolder({
      'train/bad/1.txt': 'a\nb\r\nc',
      'train/good/1.md': 'd\n',
      'test/good/1.txt': 'e\nf',
      'test/good/2.TEXT': 'g',
    });
    expect(await textsOf(await openDataset(folder))).toEqual(['a\nb\nc', 'd\n']);
    expect(await textsOf(await openDataset(folder, { split: 'test' }))).toEqual(['e\nf', 'g']);
    const source = { kind: 'text', path: folder, documentPer: 'line' };
    expect(await textsOf(await openDataset(source))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has no labels without folders of classes', async () => {
    const one = await openDataset(temporaryFolder({ 'all.txt': 'a\nb' }));
    expect([await textsOf(one), one.labels]).toEqual([['a', 'b'], undefined]);
    const two = await openDataset(temporaryFolder({ '1.txt': 'a\nb', '2.txt': 'c' }));
    expect([await textsOf(two), two.labels]).toEqual([['a\nb', 'c'], undefined]);
  });

  it('leaves out what belongs to no class or is empty, with one line, or refuses it with strict', async () => {
    const folder = temporaryFolder({ 'a/1.txt': 'a', 'b/1.txt': 'b', 'b/2.txt': ' \n', 'readme.md': 'c' });
    const warnings: string[] = [];
    const dataset = await openDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect(await textsOf(dataset)).toEqual(['a', 'b']);
    expect(warnings).toEqual([
      '1 text file beside the folders of the classes left out: readme.md; --strict makes this an error',
      '1 of 3 text files without text left out: b/2.txt; --strict makes this an error',
    ]);
    await expect(openDataset(folder, { strict: true })).rejects.toMatchObject({ name: 'UserError' });
  });

  it('is told from folders of pictures by what most of its files are', async () => {
    const png = await noisyImage('png');
    const pictures = { 'a/1.png': png, 'b/1.png': png };
    const kindOf = async (files: Record<string, string | Uint8Array>): Promise<string> =>
      (await openDataset(temporaryFolder(files))).source.kind;
    expect(await kindOf({ ...pictures, 'README.txt': 'about' })).toBe('image-folder');
    expect(await kindOf({ ...pictures, 'a/1.txt': 'caption', 'b/1.txt': 'caption' })).toBe('image-folder');
    expect(await kindOf({ 'a/1.txt': 'x', 'b/1.txt': 'y', 'cover.png': png })).toBe('text');
  });

  it('is refused where nothing in it is text, in one line', async () => {
    const empty = temporaryFolder({ 'a/1.txt': '', 'b/1.txt': '\n' });
    await expect(openDataset(empty)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/ holds no text: its text files are empty, or white space only$/),
    });
    const lacking = temporaryFolder({ 'train/a/1.txt': 'x', 'train/b/1.txt': 'y', 'test/a/1.pdf': '' });
    await expect(openDataset(lacking, { split: 'test' })).rejects.toThrow(
      /test holds no text file \(\.txt, \.text, \.md\); it holds 1 \.pdf files$/,
    );
  });

  it('travels to workers without being read again, and changes its fingerprint with content and label', async () => {
    const files = { 'a/1.txt': 'x\ny', 'b/1.txt': 'z' };
    const dataset = await openDataset(temporaryFolder(files));
    const attached = await attachDataset(structuredClone(shareDataset(dataset)));
    expect(await textsOf(attached)).toEqual(['x', 'y', 'z']);
    expect(attached.labels).toEqual(dataset.labels);
    await expect(attached.read(3)).rejects.toThrow('index must be an integer from 0 to 2, got 3');
    expect((await openDataset(temporaryFolder(files))).fingerprint).toBe(dataset.fingerprint);
    for (const other of [
      { ...files, 'b/1.txt': 'w' },
      { 'a/1.txt': 'x', 'b/1.txt': 'y\nz' },
    ]) {
      expect((await openDataset(temporaryFolder(other))).fingerprint).not.toBe(dataset.fingerprint);
    }
  });
});
