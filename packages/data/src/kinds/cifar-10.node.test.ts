import { existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { cifar10Bytes } from '../fixtures/cifar-10-bytes.ts';
import { imageOf } from '../fixtures/numbered-dataset.ts';
import { addFiles, temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';

const real = fileURLToPath(new URL('../../../../../shared/data/cifar-10', import.meta.url));

describe('cifar10', () => {
  it('opens both splits, turns planes into pixels, and takes the class names from the meta file', async () => {
    const folder = temporaryFolder({
      'data_batch_10.bin': cifar10Bytes([2]),
      'data_batch_2.bin': cifar10Bytes([0, 1]),
      'test_batch.bin': cifar10Bytes([1]),
      'batches.meta.txt': 'plane\r\ncar\r\nbird\r\n\r\n',
    });
    expect(await datasetSplits(folder)).toEqual(['train', 'test']);
    const train = await openDataset(folder);
    expect(train).toMatchObject({
      name: 'cifar-10 (train)',
      source: { kind: 'cifar-10', path: folder, split: 'train' },
      length: 3,
      samples: { modality: 'image', shape: [32, 32, 3] },
      classNames: ['plane', 'car', 'bird'],
      labels: Int32Array.of(0, 1, 2),
    });
    const { data, ...size } = imageOf(await train.read(1));
    expect(size).toEqual({ modality: 'image', height: 32, width: 32, channels: 3, range: [0, 255] });
    expect([...data.subarray(0, 6)]).toEqual([7, 7, 7, 8, 8, 8]);
    expect(data[data.length - 1]).toBe((3071 + 7) % 256);
    const test = await openDataset(folder, { split: 'test' });
    expect([test.name, test.length]).toEqual(['cifar-10 (test)', 1]);
    expect(test.fingerprint).not.toBe(train.fingerprint);
    await expect(train.read(3)).rejects.toThrow(
      'cifar-10 (train): read: index must be an integer from 0 to 2, got 3',
    );
  });

  it('opens again from its source, split included, and shares its bytes with workers', async () => {
    const folder = temporaryFolder({
      'data_batch_1.bin': cifar10Bytes([0]),
      'test_batch.bin': cifar10Bytes([9, 8]),
    });
    const test = await openDataset(folder, { split: 'test' });
    const again = await openDataset(JSON.parse(JSON.stringify(test.source)));
    expect([again.name, again.fingerprint]).toEqual([test.name, test.fingerprint]);
    const shared = test.share?.() as { kind: string; bytes: Uint8Array };
    expect(shared.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    const attached = await attachDataset(structuredClone(shared));
    expect(attached.labels).toEqual(Int32Array.of(9, 8));
    expect(await attached.read(1)).toEqual(await test.read(1));
  });

  it('has the usual class names without a meta file, and only the splits whose files are there', async () => {
    const folder = temporaryFolder({ 'test_batch.bin': cifar10Bytes([3]) });
    expect(await datasetSplits(folder)).toEqual(['test']);
    const dataset = await openDataset(folder);
    expect([dataset.name, dataset.classNames?.[3]]).toEqual(['cifar-10 (test)', 'cat']);
    await expect(openDataset(folder, { split: 'train' })).rejects.toThrow(
      `${folder} has no train split (it has: test)`,
    );
  });

  it('keeps its fingerprint in another folder, and changes it with a byte', async () => {
    const folder = temporaryFolder({ 'data_batch_1.bin': cifar10Bytes([0, 1]) });
    const copy = temporaryFolder();
    await cp(folder, copy, { recursive: true });
    const { fingerprint } = await openDataset(folder);
    expect((await openDataset(copy)).fingerprint).toBe(fingerprint);
    addFiles(copy, { 'data_batch_1.bin': cifar10Bytes([0, 2]) });
    expect((await openDataset(copy)).fingerprint).not.toBe(fingerprint);
  });

  it.each([
    [
      cifar10Bytes([0, 1]).subarray(0, 3073 + 100),
      'data_batch_1.bin is 3173 bytes long (1 records and 100 bytes more), expected a multiple of 3073',
    ],
    [new Uint8Array(0), 'data_batch_1.bin is 0 bytes long, expected a multiple of 3073'],
    [cifar10Bytes([0, 10]), 'data_batch_1.bin: record 1 has label 10, expected 0 to 9'],
  ])('refuses a damaged file, in one line (%#)', async (bytes, message) => {
    const opening = openDataset(temporaryFolder({ 'data_batch_1.bin': bytes }));
    await expect(opening).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(message),
    });
    await expect(opening).rejects.toMatchObject({ message: expect.not.stringContaining('\n') });
  });

  it.skipIf(!existsSync(real))(
    'reads the real CIFAR-10 (skipped without ../shared/data/cifar-10)',
    async () => {
      const train = await openDataset(real);
      const test = await openDataset(real, { split: 'test' });
      expect([train.length, test.length]).toEqual([10_000, 2_000]);
      expect(train.classNames?.[6]).toBe('frog');
      const { data } = imageOf(await train.read(9_999));
      const record = readFileSync(join(real, 'data_batch_1.bin')).subarray(-3073);
      expect(train.labels?.[9_999]).toBe(record[0]);
      const samples = Array.from(
        { length: 3072 },
        (_, at) => record[1 + (at % 3) * 1024 + Math.floor(at / 3)],
      );
      expect([...data]).toEqual(samples);
    },
  );
});
