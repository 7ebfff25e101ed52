import { join, relative } from 'node:path';

import { describe, expect, it } from 'vitest';

import { cifar10Bytes } from './fixtures/cifar-10-bytes.ts';
import { temporaryFolder } from './fixtures/temporary-folder.node.ts';
import { datasetSplits, openDataset } from './open-dataset.node.ts';
import { subset } from './subset.ts';

describe('openDataset', () => {
  it('takes a path relative to the current folder', async () => {
    const folder = temporaryFolder({ 'data_batch_1.bin': cifar10Bytes([4]) });
    const dataset = await openDataset(relative(process.cwd(), folder));
    expect(dataset.source).toEqual({ kind: 'cifar-10', path: folder, split: 'train' });
  });

  it('opens a subset again from its source', async () => {
    const folder = temporaryFolder({ 'test_batch.bin': cifar10Bytes([4, 5, 6]) });
    const chosen = subset(await openDataset(folder), [2, 0]);
    const again = await openDataset(JSON.parse(JSON.stringify(chosen.source)));
    expect([again.labels, again.fingerprint]).toEqual([Int32Array.of(6, 4), chosen.fingerprint]);
    expect(await datasetSplits(chosen.source)).toEqual(['test']);
  });

  it('says what it would take instead of a missing path or an unknown file', async () => {
    const folder = temporaryFolder({ 'data.csv': 'a,b' });
    const choices =
      'give generated:shapes, or generated:tones, or generated:sentences, or a CIFAR-10 binary folder \\(.*\\), or .*IDX.*, or .*npy.*, or a folder of recordings \\(.*\\), or a folder of images \\(.*\\)';
    for (const open of [openDataset, datasetSplits]) {
      await expect(open(join(folder, 'nothing'))).rejects.toMatchObject({
        name: 'UserError',
        message: expect.stringMatching(new RegExp(`nothing: no such file or folder; ${choices}`)),
      });
      await expect(open(join(folder, 'data.csv'))).rejects.toThrow(
        /data\.csv: a file of no known kind; give /,
      );
      await expect(open(join(folder, 'data.csv', 'below'))).rejects.toThrow('no such file or folder');
    }
  });

  it('refuses a source that was edited badly', async () => {
    await expect(openDataset({ kind: 'cifar-100', path: '/' })).rejects.toThrow(
      'unknown kind of data set "cifar-100": did you mean "cifar-10"?',
    );
    await expect(openDataset({ kind: 'cifar-10' })).rejects.toThrow(
      'a data source of kind "cifar-10" needs "path", got undefined',
    );
    await expect(openDataset({ kind: 'image-folder', path: '/no/such/folder' })).rejects.toThrow(
      'cannot read /no/such/folder: no such file or folder',
    );
  });
});
