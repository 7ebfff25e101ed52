import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { applyRecipe } from '../apply-recipe.ts';
import { evaluationGroup, evaluationRecipe } from '../evaluation-recipe.ts';
import { resolveAugmentation } from '../resolve-augmentation.ts';
import type { TokenSample } from '../sample.ts';
import type { TransformSpec } from '../transform.ts';
import { validateRecipe } from '../validate-recipe.ts';
import { byteVocabulary, decodeTokens, encodeText, maskGlyph } from './byte-vocabulary.ts';
import { tokenModality } from './token-modality.ts';
import { byteTextSpec } from './token-vocabulary.ts';

const { maskId, paddingId } = byteVocabulary;
const sentence = 'The gardener watered the old roses.';
const sample: TokenSample = { modality: 'tokens', data: encodeText(sentence), encoding: 'utf-8' };
const samples = byteTextSpec(40);
const input = tokenModality.inputFor(samples, { length: 12 });

/** The views of the sentence by some transforms, and their targets. */
function viewsBy(transforms: readonly TransformSpec[], count = 1, seed = 0) {
  const recipe = { groups: { view: { count, transforms } } };
  const { view } = applyRecipe(sample, createRandom(seed), { recipe, input });
  return view as NonNullable<typeof view>;
}

describe('the input of a network for texts', () => {
  it('is as long as asked for, else as nine of ten texts, at most 256', () => {
    const ids = { vocabulary: 258, ordinaryTokens: 256, paddingId, maskId, encoding: 'utf-8' };
    expect(input).toEqual({ modality: 'tokens', shape: [12], dtype: 'int32', ...ids });
    const lengthFor = (typical: number): unknown =>
      tokenModality.inputFor(byteTextSpec(typical), {}).shape[0];
    expect([1, 8, 61, 250, 900].map(lengthFor)).toEqual([8, 8, 64, 256, 256]);
    expect(tokenModality.inputFor({ ...samples, shape: [30] }, {}).shape).toEqual([32]);
  });

  it('needs to know what the ids mean', () => {
    expect(() => tokenModality.inputFor({ modality: 'tokens', shape: [null] }, {})).toThrow(
      /^samples of tokens must say what their ids mean: vocabulary: /,
    );
  });
});

describe('views of texts', () => {
  it('are windows of the text, padded where it is shorter', () => {
    const { inputs } = viewsBy([{ name: 'randomSpan', length: 12 }], 20);
    for (const { shape, data } of inputs) {
      expect(shape).toEqual([12]);
      expect(sentence).toContain(decodeTokens(data));
    }
    expect(new Set(inputs.map(({ data }) => data.join())).size).toBeGreaterThan(5);
    const [long] = viewsBy([{ name: 'leadingSpan', length: 50 }]).inputs;
    expect(decodeTokens(long?.data ?? [])).toBe(sentence);
    expect([...(long?.data ?? [])].slice(sentence.length)).toEqual(
      new Array(50 - sentence.length).fill(paddingId),
    );
  });

  it('have the hidden tokens as their target, whatever hides them', () => {
    const transforms = [
      { name: 'leadingSpan', length: 40 },
      { name: 'maskTokens', ratio: 0.4, keepShare: 0, randomShare: 0 },
    ];
    const { inputs, targets } = viewsBy(transforms);
    const [{ data: hidden } = { data: new Int32Array() }] = inputs;
    const { shape, data: tokens } = targets[0]?.['tokens'] ?? { shape: [], data: new Int32Array() };
    expect(shape).toEqual([40]);
    const restored = Int32Array.from(hidden, (id, at) => (id === maskId ? (tokens[at] as number) : id));
    expect(decodeTokens(restored)).toBe(sentence);
    expect([...hidden].filter((id) => id === maskId)).toHaveLength(Math.round(0.4 * sentence.length));
    expect([...tokens].filter((id) => id >= 0)).toHaveLength(Math.round(0.4 * sentence.length));
  });

  it('lose or change a share of their ordinary tokens by noise', () => {
    const noise = (replacement: string, ratio: number) => ({ name: 'randomTokenNoise', replacement, ratio });
    const span = { name: 'leadingSpan', length: 40 };
    const dropped = viewsBy([span, noise('mask', 0.5)]).inputs[0]?.data ?? new Int32Array();
    const hidden = [...dropped].filter((id) => id === maskId).length;
    expect(hidden).toBeGreaterThan(5);
    expect(hidden).toBeLessThan(30);
    expect([...dropped].filter((id) => id === paddingId)).toHaveLength(40 - sentence.length);
    const changed = viewsBy([span, noise('random', 1)]).inputs[0]?.data ?? new Int32Array();
    expect([...changed].slice(0, sentence.length).every((id) => id < 256)).toBe(true);
    expect(decodeTokens(changed)).not.toBe(sentence);
    expect(viewsBy([span, noise('mask', 0)]).inputs[0]?.data.join()).toBe(
      viewsBy([span]).inputs[0]?.data.join(),
    );
  });

  it.each(tokenModality.augmentations)('by $name have the length of the input', (augmentation) => {
    const { name, strength } = augmentation;
    expect(tokenModality.defaultAugmentation(input, strength)).toBe(name);
    const { view } = resolveAugmentation('auto', input, strength);
    expect(validateRecipe({ groups: { view: { count: 1, transforms: view } } }, samples, input)).toEqual({
      view: [12],
    });
    const { inputs } = viewsBy(view, 2);
    expect(inputs.map(({ shape }) => shape)).toEqual([[12], [12]]);
    expect(inputs[0]?.data).not.toEqual(inputs[1]?.data);
  });

  it('for evaluation are the beginning, always the same', () => {
    const views = applyRecipe(sample, createRandom(5), { recipe: evaluationRecipe(input), input });
    expect(decodeTokens(views[evaluationGroup]?.inputs[0]?.data ?? [])).toBe(sentence.slice(0, 12));
  });

  it('can be one of several lists of transforms', () => {
    const choices = [[{ name: 'randomTokenNoise', ratio: 1 }], []];
    const { inputs, targets } = viewsBy(
      [
        { name: 'leadingSpan', length: 4 },
        { name: 'oneOf', choices, pick: 'view', target: true },
      ],
      2,
    );
    expect(inputs.map(({ data }) => decodeTokens(data))).toEqual([maskGlyph.repeat(4), 'The ']);
    expect(targets.map((target) => target['choice']?.data[0])).toEqual([0, 1]);
  });

  it('refuse tokens outside the vocabulary, in one line', () => {
    const odd = { ...sample, data: Int32Array.of(5, 300) };
    const recipe = evaluationRecipe(input);
    expect(() => applyRecipe(odd, createRandom(0), { recipe, input })).toThrow(
      'a token with the id 300 does not fit a network whose ids go from 0 to 257; use samples like those it was trained on',
    );
  });
});

describe('texts for people', () => {
  it('are shown as text, with a glyph for what is hidden', () => {
    expect(tokenModality.preview(sample)).toEqual({ text: sentence });
    const view = Int32Array.of(...encodeText('Ab'), maskId, ...encodeText('é'), paddingId);
    expect(tokenModality.previewView(view, [6], input)).toEqual({ text: `Ab${maskGlyph}é` });
  });

  it('are lists of ids where these are no bytes', () => {
    expect(tokenModality.preview({ modality: 'tokens', data: Int32Array.of(900, 4) })).toEqual({
      text: '900 4',
    });
  });
});

describe('texts without a network', () => {
  it('are counts of their bytes', () => {
    const { description, featuresOf } = tokenModality.raw(input);
    expect(description).toBe('counts of each byte among the first 12');
    const counts = featuresOf?.(Int32Array.of(97, 98, 97, maskId, paddingId));
    expect(counts).toHaveLength(256);
    expect([counts?.[97], counts?.[98], counts?.reduce((sum, count) => sum + count, 0)]).toEqual([2, 1, 3]);
  });
});
