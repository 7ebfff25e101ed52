import type { AudioSample } from '@ssl/augment';
import { describe, expect, it } from 'vitest';

import { createGeneratedTones } from '../generated-tones.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

describe('generated:tones', () => {
  it('opens with its defaults, or the options that follow', async () => {
    expect(await datasetSplits('generated:tones')).toEqual(['train', 'test']);
    const train = await openDataset('generated:tones');
    expect(train.fingerprint).toBe(createGeneratedTones().fingerprint);
    const test = await openDataset('generated:tones?length=30&seed=-4&rate=4000', { split: 'test' });
    const options = { length: 30, seed: -4, sampleRate: 4000, split: 'test' } as const;
    expect(test.fingerprint).toBe(createGeneratedTones(options).fingerprint);
    expect(test.source).toEqual({ kind: 'generated-tones', ...options });
    expect(test.samples).toEqual({ modality: 'audio', shape: [4000], sampleRate: 4000, seconds: 1 });
  });

  it('has each voice equally often, and no tone in both splits', async () => {
    const [train, test] = [
      createGeneratedTones({ length: 20 }),
      createGeneratedTones({ length: 20, split: 'test' }),
    ];
    for (const { labels, classNames } of [train, test]) {
      for (let label = 0; label < (classNames?.length ?? 0); label++) {
        expect(labels?.filter((one) => one === label)).toHaveLength(2);
      }
    }
    expect(await train.read(0)).not.toEqual(await test.read(0));
    expect(await createGeneratedTones({ length: 5 }).read(3)).toEqual(await train.read(3));
  });

  it('renders a tone once for all threads, and without memory for it each time', async () => {
    for (const [cacheMebibytes, once] of [
      [1, true],
      [0, false],
    ] as const) {
      const dataset = await openDataset('generated:tones?length=20', { cacheMebibytes });
      const attached = await attachDataset(structuredClone(shareDataset(dataset)));
      const drawn = (await attached.read(3)) as AudioSample;
      expect(drawn).toEqual(await createGeneratedTones({ length: 20 }).read(3));
      const again = [(await attached.read(3)) as AudioSample, (await attached.read(3)) as AudioSample];
      expect(again[0]?.data.buffer === again[1]?.data.buffer).toBe(once);
      expect(await dataset.read(3)).toEqual(drawn);
      await expect(dataset.read(20)).rejects.toThrow('index must be an integer from 0 to 19, got 20');
    }
  });

  it.each([
    ['generated:tone', 'unknown generated data set "tone": did you mean "tones"? (valid: shapes, tones, sentences)'],
    ['generated:tones?lenght=3', 'unknown option of generated:tones "lenght": did you mean "length"?'],
    ['generated:tones?rate=8k', 'generated:tones: rate must be a whole number, got "8k"'],
    ['generated:tones?rate=100', 'rate must be an integer from 2000 to 192000, got 100'],
  ])('refuses %s', async (text, message) => {
    await expect(openDataset(text)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(message),
    });
  });
});
