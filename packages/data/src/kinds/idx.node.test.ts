import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { datasetSplits, openDataset } from '../open-dataset.node.ts';

function idxBytes(magic: number, dimensions: readonly number[], data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + data.length);
  const view = new DataView(bytes.buffer);
  [magic, ...dimensions].forEach((value, index) => view.setUint32(4 * index, value));
  bytes.set(data, 4 + 4 * dimensions.length);
  return bytes;
}

const images = idxBytes(0x803, [2, 2, 3], [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]);
const labels = idxBytes(0x801, [2], [1, 0]);

describe('idx', () => {
  it('opens plain and packed files, grey, with classes named by number over both splits', async () => {
    const folder = temporaryFolder({
      'mnist/train-images-idx3-ubyte': images,
      'mnist/train-labels-idx1-ubyte.gz': gzipSync(labels),
      'mnist/t10k-images-idx3-ubyte.gz': gzipSync(idxBytes(0x803, [1, 2, 3], [9, 9, 9, 9, 9, 8])),
      'mnist/t10k-labels-idx1-ubyte': idxBytes(0x801, [1], [3]),
    });
    const path = join(folder, 'mnist');
    expect(await datasetSplits(path)).toEqual(['train', 'test']);
    const train = await openDataset(path);
    expect(train).toMatchObject({
      name: 'mnist (train)',
      length: 2,
      samples: { modality: 'image', shape: [2, 3, 1] },
      classNames: ['0', '1', '2', '3'],
      labels: Int32Array.of(1, 0),
    });
    expect(await train.read(1)).toEqual({
      ...{ modality: 'image', height: 2, width: 3, channels: 1, range: [0, 255] },
      data: Uint8Array.of(11, 12, 13, 14, 15, 16),
    });
    const test = await openDataset(train.source, { split: 'test' });
    expect([test.name, test.classNames?.length, test.labels]).toEqual(['mnist (test)', 4, Int32Array.of(3)]);
  });

  it('has no labels without a file of labels', async () => {
    const dataset = await openDataset(temporaryFolder({ 'train-images.idx3-ubyte': images }));
    expect(dataset.length).toBe(2);
    expect(dataset).not.toHaveProperty('labels');
    expect(dataset).not.toHaveProperty('classNames');
  });

  it('takes one of several sets by the name of its file', async () => {
    const folder = temporaryFolder({
      'emnist-digits-train-images-idx3-ubyte': images,
      'emnist-letters-train-images-idx3-ubyte': images,
      'emnist-letters-train-labels-idx1-ubyte': labels,
    });
    const file = join(folder, 'emnist-letters-train-images-idx3-ubyte');
    const dataset = await openDataset(file);
    expect([dataset.name, dataset.labels]).toEqual(['emnist-letters (train)', Int32Array.of(1, 0)]);
    await expect(openDataset(folder)).rejects.toThrow(
      'holds several IDX sets (emnist-digits-, emnist-letters-): name one',
    );
  });

  it.each([
    [
      { 'train-images-idx3-ubyte': labels },
      'begins with 0x00000801, expected 0x00000803, the magic number of IDX images',
    ],
    [{ 'train-images-idx3-ubyte': 'no' }, 'begins with none, expected 0x00000803'],
    [{ 'train-images-idx3-ubyte': images.subarray(0, 27) }, 'is 27 bytes long, expected 28 (16 + 2×2×3)'],
    [{ 'train-images-idx3-ubyte': images.subarray(0, 9) }, 'is 9 bytes long, expected at least 16'],
    [{ 'train-images-idx3-ubyte.gz': gzipSync(images).subarray(0, 20) }, 'cannot be unpacked'],
    [
      { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': idxBytes(0x801, [1], [1]) },
      'train-labels-idx1-ubyte has 1 labels for 2 images in train-images-idx3-ubyte',
    ],
  ])('refuses damaged files (%#)', async (files, message) => {
    await expect(openDataset(temporaryFolder(files))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(message),
    });
  });
});
