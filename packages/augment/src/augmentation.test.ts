import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';
import { augmentationRecipeSchema, viewTransforms, type AugmentationRecipe } from './augmentation.ts';
import { evaluationGroup, evaluationRecipe } from './evaluation-recipe.ts';
import { imageInput } from './fixtures/random-image.testing.ts';
import { resolveAugmentation } from './resolve-augmentation.ts';

const crop = { name: 'randomCrop', size: 8 };
const blur = { name: 'gaussianBlur', kernelSize: 3 };
const invert = { name: 'randomInvert' };

describe('viewTransforms', () => {
  it('are those of each view where all are alike', () => {
    expect(viewTransforms({ view: [crop, blur] }, 2)).toEqual([crop, blur]);
  });

  it('give views their own lists in turn, after those of all', () => {
    const recipe: AugmentationRecipe = { view: [crop], alternately: [[blur], [blur, invert]] };
    const choice = (...choices: (typeof blur | typeof invert)[][]) => [
      crop,
      { name: 'oneOf', pick: 'view', choices },
    ];
    expect(viewTransforms(recipe, 2)).toEqual(choice([blur], [blur, invert]));
    expect(viewTransforms(recipe, 3)).toEqual(choice([blur], [blur, invert], [blur]));
    expect(viewTransforms(recipe, 1)).toEqual([crop, blur]);
  });
});

describe('augmentationRecipeSchema', () => {
  it('takes what a file of an augmentation holds, and no more', () => {
    const recipe = { view: [crop], alternately: [[], [invert]], local: [{ name: 'randomCrop', size: 4 }] };
    expect(augmentationRecipeSchema.parse(recipe)).toEqual(recipe);
    for (const wrong of [
      {},
      { view: [{ size: 8 }] },
      { view: [], alternately: [] },
      { view: [], views: [] },
    ]) {
      expect(augmentationRecipeSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('resolveAugmentation', () => {
  it('takes auto as the default of the modality for the strength', () => {
    const input = imageInput(32);
    const resolve = (name: string, strength: 'weak' | 'strong') => resolveAugmentation(name, input, strength);
    expect(resolve('auto', 'strong')).toEqual(resolve('cifar10-small', 'strong'));
    expect(resolve('auto', 'weak')).toEqual(resolve('crop-and-flip', 'weak'));
    expect(resolve('crop-and-flip', 'strong')).toEqual(resolve('crop-and-flip', 'weak'));
  });

  it.each([
    ['cifar-small', imageInput(32), 'unknown augmentation of image samples "cifar-small"'],
    [
      'simclr-cifar10',
      imageInput(32, 32, 5),
      'augmentation "simclr-cifar10" needs images of 1 or 3 channels, these have 5; use another, or auto',
    ],
    ['auto', { ...imageInput(32), modality: 'imege' }, 'unknown modality "imege": did you mean "image"?'],
  ])('refuses %s', (name, input, message) => {
    let error: unknown;
    try {
      resolveAugmentation(name, input, 'strong');
    } catch (thrown) {
      error = thrown;
    }
    expect(isUserError(error)).toBe(true);
    expect((error as Error).message).toContain(message);
  });
});

describe('evaluationRecipe', () => {
  it('has one group of one view, made as the modality evaluates', () => {
    expect(evaluationRecipe(imageInput(16))).toEqual({
      groups: {
        [evaluationGroup]: {
          count: 1,
          transforms: [
            { name: 'resize', size: 16 },
            { name: 'centerCrop', size: [16, 16] },
          ],
        },
      },
    });
  });
});
