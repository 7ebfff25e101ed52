import { join } from 'node:path';

import type { ArraySample, ImageSample } from '@ssl/augment';
import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';

import { npyBytes, npzBytes } from '../fixtures/npy-bytes.ts';
import { addFiles, temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

const deep = (length: number, most = 4000): Uint8Array =>
  npyBytes(
    '<u2',
    [length, 4, 5],
    Uint16Array.from({ length: length * 20 }, (_, at) => (at === length * 20 - 1 ? most : at % 100)),
  );
const labels = (...values: number[]): Uint8Array =>
  npyBytes('<i8', [values.length], BigInt64Array.from(values, BigInt));

describe('images in NumPy files', () => {
  it('opens images of 16 bits with the range that they have, which the source keeps', async () => {
    const path = join(temporaryFolder({ 'a.npy': deep(3) }), 'a.npy');
    expect(await datasetSplits(path)).toEqual(['train']);
    const dataset = await openDataset(path);
    expect(dataset).toMatchObject({
      length: 3,
      samples: { modality: 'image', shape: [4, 5, 1], range: [0, 4000] },
      source: { kind: 'arrays', path, split: 'train', range: [0, 4000] },
    });
    expect(dataset).not.toHaveProperty('labels');
    const image = (await dataset.read(2)) as ImageSample;
    expect(image).toMatchObject({ height: 4, width: 5, channels: 1, range: [0, 4000] });
    expect([...image.data.subarray(0, 3), image.data[19]]).toEqual([40, 41, 42, 4000]);
    expect(await openDataset({ ...dataset.source, range: [0, 10] })).toMatchObject({
      samples: { range: [0, 10] },
    });
    await expect(openDataset({ ...dataset.source, range: [10, 0] })).rejects.toThrow(
      'a data source of kind "arrays" needs a "range" [low, high] of numbers, got [10,0]',
    );
    expect((await openDataset(path, { range: [5, 6] })).source).toMatchObject({ range: [5, 6] });
  });

  it('keeps 8-bit images at 0 to 255, whatever range is asked for', async () => {
    const bytes = npyBytes(
      '|u1',
      [2, 3, 3, 5],
      Uint8Array.from({ length: 90 }, (_, at) => at),
    );
    const path = join(temporaryFolder({ 'a.npy': bytes }), 'a.npy');
    const dataset = await openDataset(path, { range: [0, 9] });
    expect(dataset.samples).toEqual({ modality: 'image', shape: [3, 3, 5] });
    expect(dataset.source).not.toHaveProperty('range');
    expect(await dataset.read(1)).toMatchObject({ channels: 5, range: [0, 255] });
  });

  it('takes labels from labels.npy beside', async () => {
    const folder = temporaryFolder({ 'a.npy': deep(3), 'labels.npy': labels(0, 2, -1) });
    const dataset = await openDataset(join(folder, 'a.npy'));
    expect([...(dataset.labels ?? [])]).toEqual([0, 2, -1]);
    expect(dataset.classNames).toEqual(['0', '1', '2']);
    addFiles(folder, { 'labels.npy': labels(0, 2, 1) });
    expect((await openDataset(join(folder, 'a.npy'))).fingerprint).not.toBe(dataset.fingerprint);
  });

  const parts = {
    x_train: deep(3, 900),
    y_train: labels(0, 1, 0),
    x_test: deep(2, 4000),
    y_test: labels(3, 1),
  };
  const asFiles = Object.fromEntries(
    Object.entries(parts).map(([name, bytes]) => [`set/${name}.npy`, bytes]),
  );

  it.each(['set.npz', 'set', 'set/x_train.npy'])(
    'tells the splits of %s apart by the names',
    async (name) => {
      const folder = temporaryFolder({ 'set.npz': npzBytes(parts), ...asFiles });
      expect(await datasetSplits(join(folder, name))).toEqual(['train', 'test']);
      const [train, test] = [
        await openDataset(join(folder, name)),
        await openDataset(join(folder, name), { split: 'test' }),
      ];
      expect([train.length, test.length]).toEqual([3, 2]);
      // The range is that of the training images, and the classes are those of both.
      expect([train.samples['range'], test.samples['range']]).toEqual([
        [0, 900],
        [0, 900],
      ]);
      expect([train.classNames, test.classNames]).toEqual([
        ['0', '1', '2', '3'],
        ['0', '1', '2', '3'],
      ]);
      expect([...(test.labels ?? [])]).toEqual([3, 1]);
      expect(train.fingerprint).not.toBe(test.fingerprint);
    },
  );

  it('shares its memory with workers', async () => {
    const path = join(temporaryFolder({ 'a.npy': deep(3) }), 'a.npy');
    const dataset = await openDataset(path);
    const shared = shareDataset(dataset);
    expect(shared['buffer']).toBeInstanceOf(SharedArrayBuffer);
    const attached = await attachDataset(structuredClone(shared));
    expect(await attached.read(1)).toEqual(await dataset.read(1));
    expect(attached.fingerprint).toBe(dataset.fingerprint);
    await expect(dataset.read(3)).rejects.toThrow('index must be an integer from 0 to 2, got 3');
  });
});

describe('arrays of numbers in NumPy files', () => {
  it.each([
    ['rows', [3, 4], [4]],
    ['five axes', [3, 1, 2, 2, 1], [1, 2, 2, 1]],
  ])('opens %s', async (_, shape, own) => {
    const bytes = npyBytes(
      '<f8',
      shape,
      Float64Array.from({ length: 12 }, (_, at) => at / 2),
    );
    const dataset = await openDataset(join(temporaryFolder({ 'a.npy': bytes }), 'a.npy'));
    expect(dataset).toMatchObject({ length: 3, samples: { modality: 'array', shape: own } });
    expect(dataset.source).not.toHaveProperty('range');
    const sample = (await dataset.read(1)) as ArraySample;
    expect(sample).toEqual({ modality: 'array', shape: own, data: Float32Array.of(2, 2.5, 3, 3.5) });
  });
});

describe('files that cannot be right', () => {
  const floats = (value: number): Uint8Array =>
    npyBytes('<f4', [2, 2, 2], Float32Array.of(0, 1, 2, 3, 4, value, 6, 7));
  it.each([
    [
      'single numbers',
      { 'a.npy': npyBytes('<f4', [3], new Float32Array(3)) },
      /a\.npy: expected images .* or arrays \[n, …\], got float32 \[3\]$/,
    ],
    [
      'NaN',
      { 'a.npy': floats(NaN) },
      /a\.npy, image 1: expected finite numbers, got NaN at row 0, column 1, channel 0/,
    ],
    ['infinity', { 'a.npy': floats(Infinity) }, /got Infinity at row 0/],
    [
      'NaN in rows',
      { 'a.npy': npyBytes('<f4', [2, 2], Float32Array.of(0, 1, 2, NaN)) },
      /got NaN in sample 1 at value 1/,
    ],
    ['objects', { 'a.npy': npyBytes('|O', [2, 2], new Uint8Array(32)) }, /a\.npy: dtype object is not read/],
    [
      'labels of another length',
      { 'a.npy': deep(3), 'labels.npy': labels(0, 1) },
      /labels\.npy: expected 3 labels, one a sample, got 2$/,
    ],
    [
      'constant images',
      { 'a.npy': npyBytes('<u2', [2, 2, 2], new Uint16Array(8)) },
      /all values .* are 0: give the range with --range LOW,HIGH$/,
    ],
    ['no NPY file', { 'a.npy': 'text' }, /a\.npy: expected/],
  ])('refuses %s in one line', async (_, files, line) => {
    const error: unknown = await openDataset(join(temporaryFolder(files), 'a.npy')).catch((e: unknown) => e);
    expect(isUserError(error)).toBe(true);
    expect((error as Error).message).toMatch(line);
    expect((error as Error).message).not.toContain('\n');
  });
});
