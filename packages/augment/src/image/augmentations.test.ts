import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { applyRecipe } from '../apply-recipe.ts';
import { viewTransforms, type Augmentation } from '../augmentation.ts';
import { imageInput, randomImage } from '../fixtures/random-image.testing.ts';
import type { InputSpec } from '../input-spec.ts';
import { resolveAugmentation } from '../resolve-augmentation.ts';
import type { ImageSample } from '../sample.ts';
import type { TransformSpec } from '../transform.ts';
import { validateRecipe } from '../validate-recipe.ts';
import type { ViewRecipe } from '../view-recipe.ts';
import { imageAugmentations } from './augmentations.ts';
import { cifar10Normalization } from './normalizations.ts';

/** The views that a method would make of an augmentation: a pair of it, and four local ones where it has some. */
function recipeOf(augmentation: Augmentation, input: InputSpec): ViewRecipe {
  const recipe = augmentation.recipe(input);
  const global = { count: 2, transforms: viewTransforms(recipe, 2) };
  return { groups: { global, ...(recipe.local && { local: { count: 4, transforms: recipe.local } }) } };
}

describe.each(imageAugmentations.map((augmentation) => [augmentation.name, augmentation] as const))(
  'the augmentation %s',
  (name, augmentation) => {
    it('has a name in kebab-case, a description and a source', () => {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(augmentation.description.length).toBeGreaterThan(10);
      expect(augmentation.source.length).toBeGreaterThan(5);
    });

    it.each([
      [32, 32],
      [48, 28],
      [40, 64],
      [64, 64],
    ])('makes finite views of %i×%i, of 1, 3 and 5 channels where it can', (height, width) => {
      for (const channels of [1, 3, 5]) {
        const input = imageInput(height, width, channels);
        if (augmentation.needs(input) !== undefined) {
          expect(channels).toBe(5);
          continue;
        }
        const recipe = recipeOf(augmentation, input);
        const sample = randomImage(60, 80, channels);
        const shapes = validateRecipe(recipe, { modality: 'image', shape: [60, 80, channels] }, input);
        const views = applyRecipe(sample, createRandom(1), { recipe, input });
        expect(Object.keys(views)).toEqual(Object.keys(shapes));
        const local = [Math.round((96 / 224) * height), Math.round((96 / 224) * width), channels];
        for (const [group, { inputs }] of Object.entries(views)) {
          expect(shapes[group]).toEqual(group === 'local' ? local : [height, width, channels]);
          expect(inputs).toHaveLength(group === 'local' ? 4 : 2);
          for (const { shape, data } of inputs) {
            expect(shape).toEqual(shapes[group]);
            expect(data.every(Number.isFinite)).toBe(true);
          }
        }
      }
    });

    it('takes samples that are smaller than the network’s input', () => {
      const input = imageInput(32);
      const recipe = recipeOf(augmentation, input);
      const [view] =
        applyRecipe(randomImage(20, 26), createRandom(1), { recipe, input })['global']?.inputs ?? [];
      expect(view?.shape).toEqual([32, 32, 3]);
    });

    it('makes other views for each draw', () => {
      const input = imageInput(32);
      const recipe = recipeOf(augmentation, input);
      const [first, second] =
        applyRecipe(randomImage(32, 32), createRandom(1), { recipe, input })['global']?.inputs ?? [];
      expect(first?.data).not.toEqual(second?.data);
    });
  },
);

describe('the augmentations', () => {
  it('have names of their own', () => {
    const names = imageAugmentations.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ['cifar10-small', 'strong', imageInput(32)],
    ['cifar10-small', 'strong', imageInput(48, 96)],
    ['simclr-imagenet', 'strong', imageInput(64)],
    ['grey-small', 'strong', imageInput(28, 28, 1)],
    ['simclr-imagenet', 'strong', imageInput(224, 224, 1)],
    ['any-channels', 'strong', imageInput(32, 32, 4)],
    ['crop-and-flip', 'weak', imageInput(32)],
    ['grey-small-weak', 'weak', imageInput(28, 28, 1)],
    ['crop-and-flip', 'weak', imageInput(96, 96, 1)],
    ['crop-and-flip', 'weak', imageInput(32, 32, 13)],
  ] as const)('%s is what auto means: %s, of %j', (name, strength, input) => {
    expect(resolveAugmentation('auto', input, strength)).toEqual(resolveAugmentation(name, input, strength));
  });

  it('have the values of their sources', () => {
    const weak = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 };
    const strong = { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2, probability: 0.8 };
    const large = imageInput(224);
    const find = (name: string, transform: string, input = imageInput(32)) =>
      resolveAugmentation(name, input, 'strong').view.find((spec) => spec.name === transform);
    expect(find('simclr-cifar10', 'colorJitter')).toMatchObject(weak);
    expect(find('lightly-cifar10', 'colorJitter')).toMatchObject(weak);
    expect(find('cifar10-small', 'colorJitter')).toMatchObject(weak);
    expect(find('simclr-imagenet', 'colorJitter', large)).toMatchObject(strong);
    expect(find('solo-learn-cifar10', 'colorJitter')).toMatchObject(strong);
    const mild = { brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8 };
    for (const name of [
      'dino',
      'byol-imagenet',
      'self-classifier-imagenet',
      'self-classifier-imagenet-global',
    ])
      expect(find(name, 'colorJitter', large)).toMatchObject(mild);
    expect(find('simclr-imagenet', 'gaussianBlur', large)).toEqual({
      name: 'gaussianBlur',
      kernelSize: 23,
      sigma: [0.1, 2],
      probability: 0.5,
    });
  });

  it('crop the shares of the area that their sources say', () => {
    const scales = Object.fromEntries(
      imageAugmentations.flatMap(({ name, recipe }) => {
        const scaleOf = (list: readonly TransformSpec[]) =>
          list.find((spec) => spec.name === 'randomResizedCrop')?.['scale'];
        const { view, local } = recipe(imageInput(224));
        return [[name, [scaleOf(view), ...(local ? [scaleOf(local)] : [])]]];
      }),
    );
    expect(scales).toEqual({
      'cifar10-small': [[0.2, 1]],
      'simclr-cifar10': [[0.08, 1]],
      'lightly-cifar10': [[0.08, 1]],
      'solo-learn-cifar10': [[0.08, 1]],
      'simclr-imagenet': [[0.08, 1]],
      'self-classifier-imagenet': [
        [0.4, 1],
        [0.05, 0.4],
      ],
      'self-classifier-imagenet-global': [[0.14, 1]],
      'byol-imagenet': [[0.08, 1]],
      dino: [
        [0.4, 1],
        [0.05, 0.4],
      ],
      'grey-small': [[0.5, 1]],
      'grey-small-weak': [undefined],
      'any-channels': [[0.2, 1]],
      'generated-shapes': [[0.6, 1]],
      'crop-and-flip': [[0.2, 1]],
      rotnet: [undefined],
    });
  });

  it('crop around the proportions of the input, within a third', () => {
    const ratioOf = (height: number, width: number) =>
      resolveAugmentation('cifar10-small', imageInput(height, width), 'strong').view[0]?.['ratio'];
    expect(ratioOf(32, 32)).toEqual([3 / 4, 4 / 3]);
    expect(ratioOf(32, 64)).toEqual([3 / 2, 8 / 3]);
  });

  it.each([
    ['self-classifier-imagenet', [0.1, 1]],
    ['self-classifier-imagenet-global', [0.1, 1]],
    ['dino', [1, 0.1]],
    ['byol-imagenet', [1, 0.1]],
  ] as const)(
    '%s blurs the views of a pair with probabilities %j and solarises the second',
    (name, blurs) => {
      const { alternately = [] } = resolveAugmentation(name, imageInput(224), 'strong');
      expect(alternately.map((list) => list.map((spec) => spec.name))).toEqual([
        ['gaussianBlur'],
        ['gaussianBlur', 'randomSolarize'],
      ]);
      expect(alternately.map(([blur]) => blur?.['probability'])).toEqual(blurs);
      expect(alternately[1]?.[1]).toMatchObject({ probability: 0.2 });
    },
  );

  it('weak ones change no colours: no value that the sample does not have, but between and beside them', () => {
    for (const { name, strength } of imageAugmentations) {
      const input = imageInput(32);
      const colours = resolveAugmentation(name, input, strength).view.filter((spec) =>
        /color|gray|blur|noise|invert/i.test(spec.name),
      );
      expect(colours.length > 0).toBe(strength === 'strong');
    }
  });

  it('generated-shapes gives a colour any hue, and makes dark of light', () => {
    const red: ImageSample = { ...randomImage(32, 32), data: new Uint8Array(32 * 32 * 3) };
    red.data.forEach((_, at) => (red.data[at] = at % 3 === 0 ? 200 : 20));
    const input = imageInput(32, 32, 3, { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
    const { view } = resolveAugmentation('generated-shapes', input, 'strong');
    const recipe: ViewRecipe = { groups: { views: { count: 1, transforms: view } } };
    const colors = Array.from({ length: 300 }, (_, seed) => {
      const { views } = applyRecipe(red, createRandom(seed), { recipe, input });
      return [...(views?.inputs[0]?.data.subarray(0, 3) ?? [])];
    });
    const share = (of: (color: readonly number[]) => boolean) => colors.filter(of).length / colors.length;
    const isGrey = (color: readonly number[]) => Math.max(...color) - Math.min(...color) < 0.01;
    const lightness = (color: readonly number[]) => color.reduce((sum, value) => sum + value, 0);
    for (const channel of [0, 1, 2]) {
      const isLargest = (color: readonly number[]) => color[channel] === Math.max(...color);
      expect(share((color) => isLargest(color) && !isGrey(color))).toBeGreaterThan(0.1);
    }
    expect(share(isGrey)).toBeGreaterThan(0.3);
    expect(share((color) => lightness(color) > 0)).toBeGreaterThan(0.4);
    expect(share((color) => lightness(color) < 0)).toBeGreaterThan(0.4);
  });

  it('rotnet shows all of a larger image, and leaves one of the input’s size as it is', () => {
    const input = imageInput(32);
    const { view } = resolveAugmentation('rotnet', input, 'weak');
    const [resize, ...rest] = view;
    expect(resize).toEqual({ name: 'resize', size: [32, 32], fit: 'cover' });
    const viewOf = (transforms: readonly TransformSpec[], sample: ImageSample) => {
      const recipe: ViewRecipe = { groups: { views: { count: 1, transforms } } };
      return applyRecipe(sample, createRandom(2), { recipe, input })['views']?.inputs[0];
    };
    expect(viewOf(view, randomImage(32, 32))).toEqual(viewOf(rest, randomImage(32, 32)));
    const ramp = randomImage(320, 320, 1);
    for (let at = 0; at < ramp.data.length; at++) ramp.data[at] = Math.floor((at % 320) / 2);
    const columns = viewOf(view, ramp)?.data.filter((value) => value > 0) ?? new Float32Array();
    expect(Math.max(...columns) - Math.min(...columns)).toBeGreaterThan(130 / 255);
  });

  it('are normalised by the input alone', () => {
    const recipe = recipeOf(imageAugmentations[0] as Augmentation, imageInput(32));
    const [plain, normalized] = [undefined, cifar10Normalization].map(
      (normalization) =>
        applyRecipe(randomImage(32, 32), createRandom(1), {
          recipe,
          input: imageInput(32, 32, 3, normalization),
        })['global']?.inputs[0]?.data[1],
    );
    expect(normalized).toBeCloseTo(((plain as number) - 0.4822) / 0.2435, 5);
  });
});
