import { describe, expect, it } from 'vitest';

import { imageOf } from '../fixtures/numbered-dataset.ts';
import { createGeneratedShapes } from '../generated-shapes.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

describe('generated:shapes', () => {
  it('opens with its defaults, or the options that follow', async () => {
    expect(await datasetSplits('generated:shapes')).toEqual(['train', 'test']);
    const train = await openDataset('generated:shapes');
    expect(train.fingerprint).toBe(createGeneratedShapes().fingerprint);
    const test = await openDataset('generated:shapes?length=30&seed=-4&size=16', { split: 'test' });
    const options = { length: 30, seed: -4, imageSize: 16, split: 'test' } as const;
    expect(test.fingerprint).toBe(createGeneratedShapes(options).fingerprint);
    expect(test.source).toEqual({ kind: 'generated-shapes', ...options });
  });

  it('opens the same again from its source and in workers, and the other split with its own length', async () => {
    const train = await openDataset('generated:shapes?seed=5');
    expect((await openDataset(train.source)).fingerprint).toBe(train.fingerprint);
    for (const dataset of [train, createGeneratedShapes({ split: 'test', length: 12 })]) {
      const attached = await attachDataset(structuredClone(shareDataset(dataset)));
      expect(attached.fingerprint).toBe(dataset.fingerprint);
      expect(await attached.read(7)).toEqual(await dataset.read(7));
    }
    const test = await openDataset(train.source, { split: 'test' });
    expect(test.fingerprint).toBe(createGeneratedShapes({ seed: 5, split: 'test' }).fingerprint);
  });

  it('draws a picture once for all threads, and without memory for it each time', async () => {
    for (const [cacheMebibytes, once] of [
      [1, true],
      [0, false],
    ] as const) {
      const dataset = await openDataset('generated:shapes?length=20', { cacheMebibytes });
      const attached = await attachDataset(structuredClone(shareDataset(dataset)));
      const drawn = imageOf(await attached.read(3));
      expect(drawn).toEqual(await createGeneratedShapes({ length: 20 }).read(3));
      const again = [imageOf(await attached.read(3)), imageOf(await attached.read(3))];
      expect(again[0]?.data.buffer === again[1]?.data.buffer).toBe(once);
      expect([...imageOf(await dataset.read(3)).data]).toEqual([...drawn.data]);
      await expect(dataset.read(20)).rejects.toThrow('index must be an integer from 0 to 19, got 20');
    }
  });

  it.each([
    [
      'generated:shaeps',
      'unknown generated data set "shaeps": did you mean "shapes"? (valid: shapes, tones, sentences)',
    ],
    ['generated:shapes?lenght=3', 'unknown option of generated:shapes "lenght": did you mean "length"?'],
    ['generated:shapes?length=', 'generated:shapes: length must be a whole number, got ""'],
    ['generated:shapes?length=1e3', 'generated:shapes: length must be a whole number, got "1e3"'],
    ['generated:shapes?size=4', 'must be an integer from 8 to 1024, got 4'],
  ])('refuses %s', async (text, message) => {
    await expect(openDataset(text)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(message),
    });
  });
});
