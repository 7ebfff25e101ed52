import { registerModality, type AnyModality, type Preview, type Sample } from '@ssl/augment';
import { createGeneratedShapes, createGeneratedTones, type Dataset } from '@ssl/data';
import { expect, it } from 'vitest';
import { collectPreviews } from './collect-previews.node.ts';

interface ShownSample extends Sample {
  readonly preview: Preview;
}

registerModality({
  name: 'shown',
  preview: (sample: Sample) => (sample as ShownSample).preview,
} as Partial<AnyModality> as AnyModality);

function shown(previews: readonly Preview[]): Dataset {
  return {
    ...{ name: 'shown', source: { kind: 'shown' }, length: previews.length, fingerprint: '' },
    samples: { modality: 'shown', shape: [] },
    read: (index): Promise<ShownSample> =>
      Promise.resolve({ modality: 'shown', preview: previews[index] as Preview }),
    close: () => Promise.resolve(),
  };
}

it('keeps nothing of pictures', async () => {
  const dataset = createGeneratedShapes({ length: 3 });
  expect(await collectPreviews(dataset, Int32Array.of(0, 1), [0])).toBeUndefined();
  expect(await collectPreviews(dataset, new Int32Array(), [])).toBeUndefined();
});

it('keeps the texts of all samples by their rows, shortened', async () => {
  const dataset = shown([{ text: 'first' }, { text: 'é'.repeat(300) }, { text: '' }]);
  expect(await collectPreviews(dataset, Int32Array.of(1, 0, 2), [1])).toEqual({
    texts: { 0: `${'é'.repeat(240)}…`, 1: 'first', 2: '' },
  });
});

it('keeps the sounds of shown samples, as far as there is room', async () => {
  const tones = createGeneratedTones({ length: 4 });
  const kept = await collectPreviews(tones, Int32Array.of(3, 1, 0), [2, 0]);
  expect(Object.keys(kept?.sounds ?? {})).toEqual(['0', '2']);
  expect(kept?.sounds?.['2']).toMatch(/^data:audio\/wav;base64,UklGR/);
  expect(kept).not.toHaveProperty('texts');

  const sound = { mimeType: 'audio/wav', bytes: new Uint8Array(2 ** 21) };
  const large = shown([{ sound }, { sound }, { sound }]);
  const some = await collectPreviews(large, Int32Array.of(0, 1, 2), [2, 1, 0]);
  expect(Object.keys(some?.sounds ?? {})).toEqual(['1', '2']);
});
