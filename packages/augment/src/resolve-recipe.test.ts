import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';
import { imageInput } from './fixtures/random-image.testing.ts';
import { imageModality } from './image/image-modality.ts';
import type { AnyModality } from './modality.ts';
import { recipeSchema, resolveRecipe } from './resolve-recipe.ts';
import type { SampleSpec } from './sample.ts';
import { validateRecipe } from './validate-recipe.ts';
import type { ViewRecipe } from './view-recipe.ts';

const cifar: SampleSpec = { modality: 'image', shape: [32, 32, 3] };

describe('resolveRecipe', () => {
  it('fills in defaults, and leaves what is resolved as it is', () => {
    const resolved = resolveRecipe(recipeOf({ name: 'randomHorizontalFlip' }) as ViewRecipe, 'image');
    expect(resolved).toEqual({
      shared: {},
      groups: { views: { count: 1, transforms: [{ name: 'randomHorizontalFlip', probability: 0.5 }] } },
    });
    const schema = recipeSchema(imageModality as AnyModality);
    expect(schema.parse(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
    expect(resolveRecipe(resolved, 'image')).toBe(resolved);
  });

  it.each<[string, unknown, string]>([
    [
      'a misspelt transform',
      recipeOf({ name: 'randomResizeCrop', size: 32 }),
      'view recipe: groups.views.transforms[0] (randomResizeCrop): name: unknown transform of image samples "randomResizeCrop": did you mean "randomResizedCrop"?',
    ],
    [
      'a misspelt parameter',
      recipeOf({ name: 'randomResizedCrop', size: 32, scle: [0.2, 1] }),
      'view recipe: groups.views.transforms[0] (randomResizedCrop): unknown parameter of randomResizedCrop "scle": did you mean "scale"?',
    ],
    [
      'a missing parameter',
      recipeOf({ name: 'rotate90' }),
      'view recipe: groups.views.transforms[0] (rotate90): turns: Invalid input: expected number, received undefined',
    ],
    [
      'a share above 1',
      recipeOf({ name: 'randomResizedCrop', size: 32, scale: [0.2, 1.5] }),
      'view recipe: groups.views.transforms[0] (randomResizedCrop): scale[1]: Too big: expected number to be <=1',
    ],
    [
      'a range upside down',
      recipeOf({ name: 'randomRotation', degrees: [30, -30] }),
      'view recipe: groups.views.transforms[0] (randomRotation): degrees: the lower end must not be above the upper end',
    ],
    [
      'a strength below 0',
      recipeOf({ name: 'colorJitter', hue: -0.1 }),
      'view recipe: groups.views.transforms[0] (colorJitter): hue: Too small: expected number to be >=0',
    ],
    [
      'an even kernel',
      recipeOf({ name: 'gaussianBlur', kernelSize: 4 }),
      'view recipe: groups.views.transforms[0] (gaussianBlur): kernelSize: must be odd',
    ],
    [
      'no transform at all',
      recipeOf(7),
      'view recipe: groups.views.transforms[0]: expected a transform: an object with its "name" and its parameters',
    ],
    [
      'a transform without a name',
      recipeOf({ size: 32 }),
      'view recipe: groups.views.transforms[0].name: expected a transform',
    ],
    [
      'a mistake within a choice',
      recipeOf({ name: 'oneOf', choices: [[], [{ name: 'rotate90', turns: 4 }]] }),
      'view recipe: groups.views.transforms[0] (oneOf): choices[1][0] (rotate90): turns: Too big',
    ],
    [
      'a choice within a choice',
      recipeOf({ name: 'oneOf', choices: [[{ name: 'oneOf', choices: [[]] }]] }),
      'unknown transform "oneOf"',
    ],
    [
      'no views',
      { groups: { views: { count: 0, transforms: [] } } },
      'view recipe: groups.views.count: Too small: expected number to be >=1',
    ],
    ['no groups', { groups: {} }, 'view recipe: groups: a recipe needs at least one group of views'],
    [
      'too few choices',
      { groups: { a: { count: 3, transforms: [{ name: 'oneOf', pick: 'view', choices: [[], []] }] } } },
      'view recipe: groups.a.transforms[0] (oneOf): choices: 3 views need as many choices, got 2',
    ],
    [
      'two targets',
      recipeOf(
        { name: 'oneOf', target: true, choices: [[]] },
        { name: 'oneOf', target: true, choices: [[]] },
      ),
      'view recipe: groups.views.transforms[1] (oneOf): target: a group can have one choice as its target only',
    ],
    [
      'a shared target',
      { ...(recipeOf() as ViewRecipe), shared: { crop: [{ name: 'oneOf', target: true, choices: [[]] }] } },
      'view recipe: shared.crop[0] (oneOf): a choice that all views share has no view to follow, nor one to give a target',
    ],
    [
      'a shared choice by view',
      { ...(recipeOf() as ViewRecipe), shared: { crop: [{ name: 'oneOf', pick: 'view', choices: [[]] }] } },
      'view recipe: shared.crop[0] (oneOf): a choice that all views share has no view to follow',
    ],
    [
      'a chain that is not there',
      {
        shared: { crop: [] },
        groups: { a: { count: 1, transforms: [] }, b: { count: 1, shared: 'crops', transforms: [] } },
      },
      'view recipe: groups.b.shared: there is no chain "crops" in "shared"',
    ],
    [
      'a mistake in a chain',
      { ...(recipeOf() as ViewRecipe), shared: { crop: [{ name: 'rotate90', turns: 4 }] } },
      'view recipe: shared.crop[0] (rotate90): turns: Too big',
    ],
    [
      'a property that groups do not have',
      { groups: { a: { count: 1, transforms: [], streams: 'labelled' } } },
      'view recipe: groups.a: Unrecognized key: "streams"',
    ],
    [
      'a stream without a name',
      { groups: { a: { count: 1, transforms: [], stream: '' } } },
      'view recipe: groups.a.stream: Too small',
    ],
    ['no recipe', null, 'view recipe: Invalid input: expected object, received null'],
  ])('refuses %s in one line', (_, recipe, message) => {
    const error = errorOf(() => resolveRecipe(recipe as ViewRecipe, 'image'));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });
});

describe('validateRecipe', () => {
  it('gives the shape of each group’s views', () => {
    const recipe: ViewRecipe = {
      shared: { large: [{ name: 'resize', size: 64 }] },
      groups: {
        a: { count: 1, shared: 'large', transforms: [] },
        b: { count: 2, transforms: [{ name: 'grayscale' }, { name: 'centerCrop', size: [8, 9] }] },
        c: { count: 1, transforms: [] },
      },
    };
    const samples: SampleSpec = { modality: 'image', shape: [32, 48, 3] };
    expect(validateRecipe(recipe, samples, imageInput(24))).toEqual({
      a: [64, 96, 3],
      b: [8, 9, 1],
      c: [32, 48, 3],
    });
  });

  it('starts from the size of the input where samples differ in size', () => {
    const recipe = recipeOf({ name: 'randomCrop', size: 20 }) as ViewRecipe;
    const samples: SampleSpec = { modality: 'image', shape: [null, null, 3] };
    expect(validateRecipe(recipe, samples, imageInput(24))).toEqual({ views: [20, 20, 3] });
    expect(() => validateRecipe(recipe, samples, imageInput(16))).toThrow(
      'transform randomCrop: a size of 20×20 does not fit',
    );
  });

  it.each<[string, unknown, string]>([
    [
      'a crop that does not fit',
      recipeOf({ name: 'randomCrop', size: 64, padding: 4 }),
      'view recipe: group "views": transform randomCrop: a size of 64×64 does not fit in 32×32 with a padding of 4',
    ],
    [
      'a mirrored border that is too wide',
      recipeOf({ name: 'randomCrop', size: 64, padding: 32, paddingMode: 'reflect' }),
      'transform randomCrop: a padding of 32 cannot mirror an image of 32×32',
    ],
    [
      'a kernel that is too wide',
      recipeOf({ name: 'gaussianBlur', kernelSize: 65 }),
      'transform gaussianBlur: a kernelSize of 65 needs sides of at least 33 pixels, got 32×32',
    ],
    [
      'patches that do not divide the image',
      recipeOf({ name: 'patchMask', patchSize: [8, 5], ratio: 0.75 }),
      'transform patchMask: patches of 8×5 do not divide 32×32; use another input size',
    ],
    [
      'a mask that hides everything',
      recipeOf({ name: 'patchMask', patchSize: [16, 16], ratio: 0.8 }),
      'transform patchMask: a ratio of 0.8 leaves no patch visible; lower it',
    ],
    [
      'tiles that do not divide the image',
      recipeOf({ name: 'shuffleTiles', grid: 3 }),
      'transform shuffleTiles: a grid of 3 does not divide 32×32',
    ],
    [
      'an order of tiles that is no permutation',
      recipeOf({ name: 'shuffleTiles', grid: 2, order: [0, 1, 1, 3] }),
      'transform shuffleTiles: order must hold each of 0 to 3 once, got 0, 1, 1, 3',
    ],
    [
      'a shared transform that does not fit',
      {
        shared: { crop: [{ name: 'randomCrop', size: 40 }] },
        groups: { views: { count: 1, shared: 'crop', transforms: [] } },
      },
      'view recipe: chain "crop": transform randomCrop: a size of 40×40 does not fit',
    ],
  ])('refuses %s', (_, recipe, message) => {
    const error = errorOf(() => validateRecipe(recipe as ViewRecipe, cifar, imageInput(32)));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toContain(message);
  });
});

function recipeOf(...transforms: unknown[]): unknown {
  return { groups: { views: { count: 1, transforms } } };
}

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error');
}
