import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import {
  applyRecipe,
  groupsOfStream,
  partnerRandom,
  prepareRecipe,
  type SampleViews,
} from './apply-recipe.ts';
import { viewTransforms } from './augmentation.ts';
import { numbersModality, type NumbersSample } from './fixtures/numbers-modality.testing.ts';
import { imageInput, randomImage } from './fixtures/random-image.testing.ts';
import { rotate90 } from './image/functional/rotate90.ts';
import { cifar10Normalization, rotnetNormalization } from './image/normalizations.ts';
import type { ImageTransformSpec } from './image/image-transforms.ts';
import type { InputSpec } from './input-spec.ts';
import { registerModality } from './modalities.ts';
import type { AnyModality, ViewArray } from './modality.ts';
import { resolveAugmentation } from './resolve-augmentation.ts';
import type { ViewRecipe } from './view-recipe.ts';

const sample = randomImage(40, 48);
const input = imageInput(40, 48);
const small = imageInput(32, 32, 3, cifar10Normalization);

describe('applyRecipe', () => {
  it('repeats for the same seed and differs for another', () => {
    const views = (seed: number) => applyRecipe(sample, createRandom(seed), twoViews(small));
    expect(views(1)).toEqual(views(1));
    expect(views(1)).not.toEqual(views(2));
  });

  it('gives these very views, so that runs of earlier versions can be repeated', () => {
    const options = twoViews(imageInput(4, 4, 3, cifar10Normalization));
    const [first, second] = inputsOf(applyRecipe(sample, createRandom(42), options), 'views');
    const samples = [first?.data[0], first?.data[20], second?.data[0], second?.data[20]];
    expect(samples.map((value) => Math.round((value as number) * 1000))).toMatchInlineSnapshot(`
      [
        -7,
        181,
        410,
        451,
      ]
    `);
  });

  it('draws each view apart: what one view or group does leaves the others as they are', () => {
    const noise: ImageTransformSpec = { name: 'gaussianNoise' };
    const few: ViewRecipe = { groups: { a: { count: 2, transforms: [noise] } } };
    const many: ViewRecipe = {
      shared: { other: [noise] },
      groups: { b: { count: 1, shared: 'other', transforms: [] }, a: { count: 3, transforms: [noise] } },
    };
    const [first, second] = inputsOf(applyRecipe(sample, createRandom(1), { recipe: few, input }), 'a');
    const others = inputsOf(applyRecipe(sample, createRandom(1), { recipe: many, input }), 'a');
    expect(others.slice(0, 2)).toEqual([first, second]);
    expect(first).not.toEqual(second);
  });

  it('draws nothing from the random stream itself, and leaves the sample as it was', () => {
    const random = createRandom(5);
    const before = sample.data.slice();
    applyRecipe(sample, random, twoViews(small));
    expect(random.uniform()).toBe(createRandom(5).uniform());
    expect(sample.data).toEqual(before);
  });

  it('gives the sample itself to a group without transforms, as numbers in [0, 1]', () => {
    const recipe: ViewRecipe = { groups: { image: { count: 1, transforms: [] } } };
    const [view] = inputsOf(applyRecipe(sample, createRandom(1), { recipe, input }), 'image');
    expect(view).toEqual({ shape: [40, 48, 3], data: Float32Array.from(sample.data, (byte) => byte / 255) });
  });

  it('normalises last, by the statistics of the input', () => {
    const recipe: ViewRecipe = {
      groups: { image: { count: 1, transforms: [{ name: 'randomInvert', probability: 1 }] } },
    };
    const normalized = imageInput(40, 48, 3, { mean: [0.5, 0, 0], std: [0.25, 1, 2] });
    const [view] = inputsOf(applyRecipe(sample, createRandom(1), { recipe, input: normalized }), 'image');
    const [red = 0, green = 0, blue = 0] = Array.from(sample.data.subarray(0, 3), (byte) => 1 - byte / 255);
    expect([...(view?.data.subarray(0, 3) ?? [])]).toEqual(
      [(red - 0.5) / 0.25, green, blue / 2].map((value) => expect.closeTo(value, 6) as number),
    );
  });

  it('refuses views of different sizes in one group', () => {
    const choices: ImageTransformSpec[][] = [
      [{ name: 'rotate90', turns: 0 }],
      [{ name: 'rotate90', turns: 1 }],
    ];
    const recipe: ViewRecipe = {
      groups: { a: { count: 2, transforms: [{ name: 'oneOf', pick: 'view', choices }] } },
    };
    expect(() => applyRecipe(sample, createRandom(1), { recipe, input })).toThrow(
      'view recipe: group "a": all views must have one size, got 40×48×3 and 48×40×3; ' +
        'give it a transform that fixes the size, such as a random crop',
    );
  });

  it('makes the groups of one stream only, where it is told which', () => {
    const recipe: ViewRecipe = {
      groups: {
        plain: { count: 1, transforms: [] },
        named: { stream: 'unlabelled', count: 2, transforms: [] },
        other: { stream: 'labelled', count: 1, transforms: [] },
      },
    };
    const groupsOf = (name: string, isFirst: boolean) =>
      Object.keys(applyRecipe(sample, createRandom(1), { recipe, input, stream: { name, isFirst } }));
    expect(groupsOf('labelled', true)).toEqual(['plain', 'other']);
    expect(groupsOf('unlabelled', false)).toEqual(['named']);
    expect(Object.keys(applyRecipe(sample, createRandom(1), { recipe, input }))).toHaveLength(3);
    expect(groupsOfStream(recipe, input, { name: 'unlabelled', isFirst: false })).toMatchObject([
      { name: 'named', count: 2, stream: 'unlabelled', needsPartner: false },
    ]);
  });
});

describe('shared chains', () => {
  const crop: ImageTransformSpec = { name: 'randomCrop', size: 16 };

  it('are applied once: every view that names one starts from the same result', () => {
    const recipe: ViewRecipe = {
      shared: { crop: [crop] },
      groups: {
        input: { count: 2, shared: 'crop', transforms: [] },
        target: { count: 1, shared: 'crop', transforms: [] },
        whole: { count: 1, transforms: [] },
      },
    };
    const views = applyRecipe(sample, createRandom(1), { recipe, input });
    const [first, second] = inputsOf(views, 'input');
    expect(first?.shape).toEqual([16, 16, 3]);
    expect(second).toEqual(first);
    expect(inputsOf(views, 'target')).toEqual([first]);
    expect(inputsOf(views, 'whole')[0]?.shape).toEqual([40, 48, 3]);
  });

  it('draw apart from each other, and whatever else is in the recipe', () => {
    const recipe: ViewRecipe = {
      shared: { one: [crop], two: [crop] },
      groups: {
        a: { count: 1, shared: 'one', transforms: [] },
        b: { count: 1, shared: 'two', transforms: [] },
      },
    };
    const only: ViewRecipe = {
      shared: { two: [crop] },
      groups: { c: { count: 1, shared: 'two', transforms: [] } },
    };
    const views = applyRecipe(sample, createRandom(1), { recipe, input });
    expect(inputsOf(views, 'a')).not.toEqual(inputsOf(views, 'b'));
    const others = applyRecipe(sample, createRandom(1), { recipe: only, input });
    expect(inputsOf(others, 'c')).toEqual(inputsOf(views, 'b'));
  });
});

describe('targets', () => {
  it('tell the choices of rotation’s four views, made from one crop', () => {
    const upright = imageInput(32, 32, 3, rotnetNormalization);
    const choices = [0, 1, 2, 3].map((turns) => [{ name: 'rotate90', turns }]);
    const recipe: ViewRecipe = {
      shared: { crop: resolveAugmentation('rotnet', upright, 'weak').view },
      groups: {
        views: {
          ...{ count: 4, shared: 'crop' },
          transforms: [{ name: 'oneOf', pick: 'view', target: true, choices }],
        },
      },
    };
    const { views } = applyRecipe(sample, createRandom(1), { recipe, input: upright });
    expect(views?.targets.map(({ choice }) => choice)).toEqual(
      [0, 1, 2, 3].map((turns) => ({ shape: [], data: Int32Array.of(turns) })),
    );
    const [first, ...turned] = views?.inputs ?? [];
    expect(turned).toHaveLength(3);
    turned.forEach((view, index) => {
      const image = { height: 32, width: 32, channels: 3, data: first?.data as Float32Array };
      expect(view.data).toEqual(rotate90(image, index + 1).data);
    });
  });

  it('are those of their own view; views without a transform that gives one have none', () => {
    const recipe: ViewRecipe = {
      groups: {
        hidden: { count: 2, transforms: [{ name: 'patchMask', patchSize: [8, 8], ratio: 0.5 }] },
        whole: { count: 1, transforms: [] },
      },
    };
    const { hidden, whole } = applyRecipe(sample, createRandom(1), { recipe, input });
    expect(hidden?.targets.map((targets) => Object.keys(targets))).toEqual([
      ['keep', 'mask'],
      ['keep', 'mask'],
    ]);
    expect(hidden?.targets[0]).not.toEqual(hidden?.targets[1]);
    expect(whole?.targets).toEqual([{}]);
  });
});

describe('partners', () => {
  registerModality(numbersModality as AnyModality);
  const two: InputSpec = { modality: 'numbers', shape: [2], dtype: 'float32' };
  const numbers = (...data: number[]): NumbersSample => ({ modality: 'numbers', data });
  const mixing: ViewRecipe = {
    groups: {
      mixed: {
        count: 2,
        transforms: [{ name: 'add', value: 10 }, { name: 'join' }, { name: 'add', value: 100 }],
      },
      plain: { count: 1, transforms: [] },
    },
  };

  it('go through the transforms before the one that mixes them in, and only those', () => {
    const views = applyRecipe(numbers(1, 2), createRandom(1), {
      ...{ recipe: mixing, input: two },
      partner: (group, view) => (group === 'mixed' ? numbers(5 + view, 7) : numbers(0, 0)),
    });
    expect(inputsOf(views, 'mixed').map(({ data }) => [...data])).toEqual([
      [111, 112, 115, 117],
      [111, 112, 116, 117],
    ]);
    expect([...(inputsOf(views, 'plain')[0]?.data ?? [])]).toEqual([1, 2]);
  });

  it('go through the shared chain as well, and draw apart from the sample', () => {
    const recipe: ViewRecipe = {
      shared: { all: [{ name: 'shift' }] },
      groups: { mixed: { count: 1, shared: 'all', transforms: [{ name: 'shift' }, { name: 'join' }] } },
    };
    const options = { recipe, input: two, partner: () => numbers(0, 0) };
    const [view] = inputsOf(applyRecipe(numbers(0, 0), createRandom(3), options), 'mixed');
    const [own, , other] = view?.data ?? [];
    const random = createRandom(3);
    const drawn = (path: readonly (string | number)[]) => random.split(...(path as [string])).uniform();
    expect(own).toBeCloseTo(drawn(['all']) + drawn(['mixed', 0]), 6);
    expect(other).toBeGreaterThan(0);
    expect(other).not.toBe(own);
  });

  it('are known to be needed before the sample is read, and say so where there is none', () => {
    expect(prepareRecipe(mixing, 'numbers').map(({ name, needsPartner }) => [name, needsPartner])).toEqual([
      ['mixed', true],
      ['plain', false],
    ]);
    expect(() => applyRecipe(numbers(1, 2), createRandom(1), { recipe: mixing, input: two })).toThrow(
      'view recipe: group "mixed" mixes samples, and there is no other sample to mix in',
    );
  });

  it.each<[string, ViewRecipe, string]>([
    [
      'a shared chain',
      {
        shared: { all: [{ name: 'add', value: 1 }, { name: 'join' }] },
        groups: { a: { count: 1, shared: 'all', transforms: [] } },
      },
      'view recipe: shared.all[1] (join): transforms of "shared" cannot mix in another sample; put it into the transforms of a group',
    ],
    [
      'a choice',
      {
        groups: { a: { count: 1, transforms: [{ name: 'oneOf', choices: [[], [{ name: 'join' }]] }] } },
      },
      'view recipe: groups.a.transforms[0] (oneOf): choices[1][0] (join): a choice cannot mix in another sample',
    ],
    [
      'a choice in a shared chain',
      {
        shared: { all: [{ name: 'oneOf', choices: [[{ name: 'join' }]] }] },
        groups: { a: { count: 1, shared: 'all', transforms: [] } },
      },
      'view recipe: shared.all[0] (oneOf): choices[0][0] (join): a choice cannot mix in another sample',
    ],
  ])('cannot be mixed in by %s, for which none is read', (_, recipe, message) => {
    const options = { recipe, input: two, partner: () => numbers(1, 2) };
    expect(() => applyRecipe(numbers(1, 2), createRandom(1), options)).toThrow(message);
  });

  it('are drawn by group and view', () => {
    const draws = [
      partnerRandom(createRandom(1), 'a', 0),
      partnerRandom(createRandom(1), 'a', 1),
      partnerRandom(createRandom(1), 'b', 0),
    ].map((random) => random.uniform());
    expect(new Set(draws).size).toBe(3);
    expect(partnerRandom(createRandom(1), 'a', 1).uniform()).toBe(draws[1]);
  });
});

function twoViews(of: InputSpec): { recipe: ViewRecipe; input: InputSpec } {
  const augmentation = resolveAugmentation('cifar10-small', of, 'strong');
  return {
    input: of,
    recipe: { groups: { views: { count: 2, transforms: viewTransforms(augmentation, 2) } } },
  };
}

function inputsOf(views: SampleViews, group: string): readonly ViewArray[] {
  return views[group]?.inputs ?? [];
}
