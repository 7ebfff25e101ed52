import { createRandom } from '@ssl/random';
import { expect, it } from 'vitest';
import { applyRecipe } from './apply-recipe.ts';
import { evaluationRecipe } from './evaluation-recipe.ts';
import { numbersModality, type NumbersSample } from './fixtures/numbers-modality.testing.ts';
import { imageModality } from './image/image-modality.ts';
import { getModality, modalityNames, registerModality } from './modalities.ts';
import type { AnyModality } from './modality.ts';

const numbers = numbersModality as AnyModality;

it('knows the modalities of the library by name, and names the nearest for one that is none', () => {
  expect(getModality('image')).toBe(imageModality);
  expect(modalityNames()).toContain('image');
  expect(() => getModality('images')).toThrow('unknown modality "images": did you mean "image"?');
});

it('registers a modality of a user’s own, whose samples then have views like all others', () => {
  expect(() => getModality('numbers')).toThrow('unknown modality "numbers"');
  registerModality(numbers);
  registerModality(numbers);
  expect(modalityNames().filter((name) => name === 'numbers')).toHaveLength(1);

  const sample: NumbersSample = { modality: 'numbers', data: [3, 1, 2] };
  const input = getModality('numbers').inputFor({ modality: 'numbers', shape: [3] }, {});
  const views = applyRecipe(sample, createRandom(1), { recipe: evaluationRecipe(input), input });
  expect(views['sample']?.inputs).toEqual([{ shape: [3], data: Float32Array.of(3, 1, 2) }]);
});

it('refuses another modality of a name that is taken', () => {
  expect(() => registerModality({ ...numbers, name: 'image' })).toThrow(
    'registerModality: there is a modality "image" already; choose another name',
  );
  expect(getModality('image')).toBe(imageModality);
});
