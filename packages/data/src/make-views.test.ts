import {
  getModality,
  partnerRandom,
  registerModality,
  transformObject,
  type AnyModality,
  type Modality,
  type Sample,
  type ViewRecipe,
} from '@ssl/augment';
import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import type { BatchSegment } from './batch-order.ts';
import type { Dataset } from './dataset.ts';
import { numberedDataset, numberedInput, plainRecipe } from './fixtures/numbered-dataset.ts';
import { makeViews } from './make-views.ts';
import { oneStream, type StreamPlan } from './view-loader.ts';

/** A single number. */
interface NumberSample extends Sample {
  readonly modality: 'number';
  readonly value: number;
}

/** Samples of one number, and a transform that pairs it with another's. */
const numberModality: Modality<NumberSample, readonly number[], number> = {
  name: 'number',
  noun: 'number',
  transforms: {
    pair: {
      name: 'pair',
      schema: transformObject('pair', {}),
      needsPartner: true,
      outputSize: (size) => 2 * size,
      apply: (value, _parameters, _random, { partner }) => [...value, ...partner()],
    },
  },
  augmentations: [],
  normalizations: {},
  inputOptions: getModality('image').inputOptions,
  inputFor: () => ({ modality: 'number', shape: [1], dtype: 'float32' }),
  defaultAugmentation: () => 'none',
  evaluation: () => [],
  startSize: () => 1,
  shapeOf: (size) => [size],
  begin: ({ value }) => [value],
  finish: (value) => ({ shape: [value.length], data: Float32Array.from(value) }),
  raw: (input) => ({ description: 'the number', input }),
  preview: ({ value }) => ({ text: String(value) }),
  previewView: (values) => ({ text: values.join(' ') }),
};
registerModality(numberModality as AnyModality);

/** Numbers from 0 to `length − 1`, and which of them were read. */
function numbers(length: number): { dataset: Dataset; reads: number[] } {
  const reads: number[] = [];
  const dataset: Dataset = {
    ...{ name: 'numbers', source: { kind: 'numbers' }, fingerprint: 'numbers', length },
    samples: { modality: 'number', shape: [1] },
    read(index) {
      reads.push(index);
      const sample: NumberSample = { modality: 'number', value: index };
      return Promise.resolve(sample);
    },
    close: () => Promise.resolve(),
  };
  return { dataset, reads };
}

const input = numberModality.inputFor({ modality: 'number', shape: [1] }, {});
const pairs: ViewRecipe = { groups: { pairs: { count: 2, transforms: [{ name: 'pair' }] } } };

function segment(indices: readonly number[], isFirst = true, stream = 'samples'): BatchSegment {
  return { stream, isFirst, pass: 4, indices: Int32Array.from(indices) };
}

describe('makeViews', () => {
  it('mixes in samples drawn from the whole stream, by the place of the sample’s own draw', async () => {
    const { dataset, reads } = numbers(50);
    const options = { dataset, recipe: pairs, input, streams: oneStream(3), seed: 9 };
    const { groups } = await makeViews(options, segment([8, 30, 2]));
    const partnerOf = (index: number, view: number) =>
      partnerRandom(createRandom(9, 'views', 4, index), 'pairs', view).integer(50);
    const rows = [0, 1].flatMap((view) => [8, 30, 2].map((index) => [index, partnerOf(index, view)]));
    expect([...(groups.pairs?.inputs ?? [])]).toEqual(rows.flat());
    expect(new Set(rows.map(([, partner]) => partner)).size).toBeGreaterThan(2);
    expect(reads).toHaveLength(9);
  });

  it('does not depend on the rest of the batch', async () => {
    const { dataset } = numbers(50);
    const options = { dataset, recipe: pairs, input, streams: oneStream(3), seed: 9 };
    const whole = await makeViews(options, segment([8, 30, 2]));
    const part = await makeViews(options, segment([30]));
    expect([...(part.groups.pairs?.inputs ?? [])]).toEqual([
      ...(whole.groups.pairs?.inputs.subarray(2, 4) ?? []),
      ...(whole.groups.pairs?.inputs.subarray(8, 10) ?? []),
    ]);
  });

  it('takes partners from the stream’s own samples', async () => {
    const chosen = Int32Array.of(40, 41, 42);
    const streams: StreamPlan[] = [
      { name: 'first', batchSize: 1 },
      { name: 'labelled', batchSize: 3, indices: chosen },
    ];
    const recipe: ViewRecipe = {
      groups: { pairs: { stream: 'labelled', count: 4, transforms: [{ name: 'pair' }] } },
    };
    const { dataset } = numbers(50);
    const options = { dataset, recipe, input, streams, seed: 9 };
    const { groups } = await makeViews(options, segment([40, 41, 42], false, 'labelled'));
    const partners = [...(groups.pairs?.inputs ?? [])].filter((_, at) => at % 2 === 1);
    expect(partners).toHaveLength(12);
    expect(partners.every((partner) => partner >= 40 && partner <= 42)).toBe(true);
    expect(new Set(partners).size).toBe(3);
  });

  it('reads no other sample where none is mixed in', async () => {
    const { dataset, reads } = numbers(50);
    const recipe: ViewRecipe = { groups: { plain: { count: 3, transforms: [] } } };
    await makeViews({ dataset, recipe, input, streams: oneStream(3), seed: 9 }, segment([8, 30, 2]));
    expect(reads).toEqual([8, 30, 2]);
  });

  it('rejects with the error of the sample that fails, also of a partner', async () => {
    const { dataset } = numbers(50);
    const failing: Dataset = {
      ...dataset,
      read: (index) => (index === 8 ? dataset.read(index) : Promise.reject(new Error(`no ${index}`))),
    };
    const options = { dataset: failing, recipe: pairs, input, streams: oneStream(1), seed: 9 };
    await expect(makeViews(options, segment([8]))).rejects.toThrow(/^no \d+$/);
  });

  it('stops between samples once it is cancelled', async () => {
    const dataset = numberedDataset(9);
    let asked = 0;
    const options = { dataset, recipe: plainRecipe, input: numberedInput, streams: oneStream(3), seed: 1 };
    const { groups } = await makeViews(options, segment([8, 7, 6]), () => ++asked > 2);
    expect(groups.images?.inputs).toEqual(Float32Array.of(8 / 255, 7 / 255, 0));
  });
});
