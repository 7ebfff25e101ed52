import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';
import { recipeSchema, resolveRecipe } from './resolve-recipe.ts';
import type { ImageSpec } from './image.ts';
import { validateRecipe } from './validate-recipe.ts';
import type { ViewRecipe } from './view-recipe.ts';

const cifar: ImageSpec = { height: 32, width: 32, channels: 3 };

describe('resolveRecipe', () => {
  it('fills in defaults, and leaves what is resolved as it is', () => {
    const resolved = resolveRecipe(recipeOf({ name: 'randomHorizontalFlip' }) as ViewRecipe);
    expect(resolved).toEqual({
      shared: [],
      groups: { views: { count: 1, transforms: [{ name: 'randomHorizontalFlip', probability: 0.5 }] } },
    });
    expect(recipeSchema.parse(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
    expect(resolveRecipe(resolved)).toBe(resolved);
  });

  it.each<[string, unknown, string]>([
    [
      'a misspelt transform',
      recipeOf({ name: 'randomResizeCrop', size: 32 }),
      'view recipe: groups.views.transforms[0] (randomResizeCrop): name: unknown transform "randomResizeCrop": did you mean "randomResizedCrop"?',
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
      'view recipe: groups.views.transforms[1] (oneOf): target: a group can have one target only',
    ],
    [
      'a shared target',
      { ...(recipeOf() as ViewRecipe), shared: [{ name: 'oneOf', target: true, choices: [[]] }] },
      'view recipe: shared[0] (oneOf): a choice that all views share has no view to follow, nor one to give a target',
    ],
    ['no recipe', null, 'view recipe: Invalid input: expected object, received null'],
  ])('refuses %s in one line', (_, recipe, message) => {
    const error = errorOf(() => resolveRecipe(recipe as ViewRecipe));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });
});

describe('validateRecipe', () => {
  it('gives the size of each group’s views', () => {
    const recipe: ViewRecipe = {
      shared: [{ name: 'resize', size: 64 }],
      groups: {
        a: { count: 1, transforms: [] },
        b: { count: 2, transforms: [{ name: 'grayscale' }, { name: 'centerCrop', size: [8, 9] }] },
      },
    };
    expect(validateRecipe(recipe, { height: 32, width: 48, channels: 3 })).toEqual({
      a: { height: 64, width: 96, channels: 3 },
      b: { height: 8, width: 9, channels: 1 },
    });
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
      'statistics of other channels',
      recipeOf({ name: 'grayscale' }, { name: 'normalize', mean: [0, 0, 0], std: [1, 1, 1] }),
      'transform normalize: 3 means and 3 standard deviations for images of 1 channels; give 1 of each',
    ],
    [
      'colours after normalize',
      recipeOf({ name: 'normalize', mean: [0, 0, 0], std: [1, 1, 1] }, { name: 'randomSolarize' }),
      'transform randomSolarize: needs values in [0, 1]: put it before normalize',
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
      { ...(recipeOf() as ViewRecipe), shared: [{ name: 'randomCrop', size: 40 }] },
      'view recipe: shared: transform randomCrop: a size of 40×40 does not fit',
    ],
  ])('refuses %s', (_, recipe, message) => {
    const error = errorOf(() => validateRecipe(recipe as ViewRecipe, cifar));
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
