import { describe, expect, it } from 'vitest';

import { bytesOf, numberedDataset } from './fixtures/numbered-dataset.ts';
import { subset } from './subset.ts';

describe('subset', () => {
  it('holds the chosen images with their labels, in the order given', async () => {
    const chosen = subset(numberedDataset(30), [25, 3, 25]);
    expect(chosen).toMatchObject({
      name: 'numbered, 3 of 30',
      length: 3,
      labels: Int32Array.of(5, 3, 5),
      samples: { modality: 'image', shape: [1, 1, 1] },
    });
    expect(bytesOf(await chosen.read(2))).toEqual(Uint8Array.of(25));
    await expect(chosen.read(3)).rejects.toThrow('subset.read: index must be an integer from 0 to 2, got 3');
  });

  it('has a fingerprint of its own and a source in JSON', () => {
    const dataset = numberedDataset(30);
    expect(subset(dataset, [1, 2]).fingerprint).not.toBe(subset(dataset, [2, 1]).fingerprint);
    expect(JSON.parse(JSON.stringify(subset(dataset, Int32Array.of(4)).source))).toEqual({
      ...{ kind: 'subset', of: { kind: 'numbered' }, indices: [4] },
    });
  });

  it('refuses an index beyond the set', () => {
    expect(() => subset(numberedDataset(30), [30])).toThrow(
      'subset: index must be an integer from 0 to 29, got 30',
    );
  });
});
