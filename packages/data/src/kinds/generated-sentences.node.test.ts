import { decodeTokens, type TokenSample } from '@ssl/augment';
import { describe, expect, it } from 'vitest';

import { createGeneratedSentences } from '../generated-sentences.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

describe('generated:sentences', () => {
  it('opens with its defaults, or the options that follow', async () => {
    expect(await datasetSplits('generated:sentences')).toEqual(['train', 'test']);
    const train = await openDataset('generated:sentences');
    expect(train.fingerprint).toBe(createGeneratedSentences().fingerprint);
    expect([train.length, train.classNames?.length]).toEqual([4000, 6]);
    const test = await openDataset('generated:sentences?length=30&seed=-4', { split: 'test' });
    expect(test.fingerprint).toBe(
      createGeneratedSentences({ length: 30, seed: -4, split: 'test' }).fingerprint,
    );
    expect(test.source).toEqual({ kind: 'generated-sentences', length: 30, seed: -4, split: 'test' });
  });

  it('holds each topic equally often, other sentences in each split, and none longer than it says', async () => {
    const train = await openDataset('generated:sentences?length=600');
    const test = await openDataset('generated:sentences?length=600', { split: 'test' });
    const counts = new Array<number>(6).fill(0);
    for (const label of train.labels ?? []) counts[label] = (counts[label] as number) + 1;
    expect(counts).toEqual(new Array(6).fill(100));
    const texts = async (dataset: typeof train): Promise<string[]> => {
      const read = Array.from({ length: 600 }, (_, index) => dataset.read(index));
      return (await Promise.all(read)).map((sample) => decodeTokens((sample as TokenSample).data));
    };
    const [seen, unseen] = [await texts(train), await texts(test)];
    expect(Math.max(...seen.map(({ length }) => length))).toBeLessThanOrEqual(
      train.samples['typicalLength'] as number,
    );
    expect(unseen.filter((text) => seen.includes(text)).length).toBeLessThan(6);
  });

  it('opens the same again from its source and in workers, and the other split with its own length', async () => {
    const train = await openDataset('generated:sentences?seed=5');
    expect((await openDataset(train.source)).fingerprint).toBe(train.fingerprint);
    const attached = await attachDataset(structuredClone(shareDataset(train)));
    expect(await attached.read(7)).toEqual(await train.read(7));
    const test = await openDataset(train.source, { split: 'test' });
    expect(test.fingerprint).toBe(createGeneratedSentences({ seed: 5, split: 'test' }).fingerprint);
    await expect(train.read(4000)).rejects.toThrow('index must be an integer from 0 to 3999, got 4000');
  });

  it.each([
    ['generated:sentnces', 'unknown generated data set "sentnces": did you mean "sentences"?'],
    [
      'generated:sentences?lenght=3',
      'unknown option of generated:sentences "lenght": did you mean "length"?',
    ],
    ['generated:sentences?length=x', 'generated:sentences: length must be a whole number, got "x"'],
    ['generated:sentences?length=0', 'length must be an integer from 1 to 10000000, got 0'],
  ])('refuses %s', async (text, message) => {
    await expect(openDataset(text)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(message),
    });
  });
});
