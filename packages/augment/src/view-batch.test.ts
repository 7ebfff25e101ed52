import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { applyRecipe } from './apply-recipe.ts';
import type { RawImage } from './image.ts';
import { cifar10RotationRecipe } from './presets/rotation.ts';
import { allocateViewGroups, writeViews } from './view-batch.ts';
import type { ViewRecipe } from './view-recipe.ts';

const images = [1, 2, 3].map((value): RawImage => {
  const data = Uint8Array.from({ length: 12 * 12 * 3 }, (_, i) => (i * value) % 256);
  return { height: 12, width: 12, channels: 3, data };
});

describe('allocateViewGroups and writeViews', () => {
  it('lay views out view-major, targets with them', () => {
    const recipe = cifar10RotationRecipe({ imageSize: 12 });
    const groups = allocateViewGroups(recipe, images[0] as RawImage, 3);
    const views = images.map((image, index) => applyRecipe(image, recipe, createRandom(index)));
    [2, 0, 1].forEach((position) => writeViews(groups, position, views[position] ?? {}));

    const { images: rows, targets, ...size } = groups['views'] ?? {};
    expect(size).toEqual({ count: 4, height: 12, width: 12, channels: 3 });
    expect(targets).toEqual(Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3));
    for (let view = 0; view < 4; view++) {
      for (let position = 0; position < 3; position++) {
        const start = (view * 3 + position) * 12 * 12 * 3;
        expect(rows?.subarray(start, start + 12 * 12 * 3)).toEqual(
          views[position]?.['views']?.images[view]?.data,
        );
      }
    }
  });

  it('have no targets where the recipe makes none', () => {
    const recipe: ViewRecipe = { groups: { views: { count: 1, transforms: [] } } };
    const { views } = allocateViewGroups(recipe, images[0] as RawImage, 2);
    expect(views).toMatchObject({ count: 1, height: 12, width: 12 });
    expect(views).not.toHaveProperty('targets');
  });

  it('refuse views of another size, as of a data set whose images differ', () => {
    const recipe: ViewRecipe = { groups: { views: { count: 1, transforms: [] } } };
    const groups = allocateViewGroups(recipe, { height: 12, width: 14, channels: 3 }, 2);
    const views = applyRecipe(images[0] as RawImage, recipe, createRandom(1));
    expect(() => writeViews(groups, 0, views)).toThrow(
      'view recipe: group "views": all views must have one size, got 12×14×3 and 12×12×3',
    );
  });
});
