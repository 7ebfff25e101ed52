import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { applyRecipe, type SampleViews } from './apply-recipe.ts';
import { imageInput, randomImage } from './fixtures/random-image.testing.ts';
import { allocateViewGroups, writeViews } from './view-batch.ts';
import type { ViewRecipe } from './view-recipe.ts';

const samples = [1, 2, 3].map((seed) => randomImage(12, 12, 3, seed));
const input = imageInput(12);
const values = 12 * 12 * 3;
const plain: ViewRecipe = { groups: { views: { count: 1, transforms: [] } } };

function viewsOf(recipe: ViewRecipe): readonly SampleViews[] {
  return samples.map((sample, index) => applyRecipe(sample, createRandom(index), { recipe, input }));
}

describe('allocateViewGroups and writeViews', () => {
  it('lay views out view-major, targets with them', () => {
    const choices = [0, 1, 2, 3].map((turns) => [{ name: 'rotate90', turns }]);
    const recipe: ViewRecipe = {
      groups: {
        views: { count: 4, transforms: [{ name: 'oneOf', pick: 'view', target: true, choices }] },
      },
    };
    const views = viewsOf(recipe);
    const groups = allocateViewGroups(views[0] as SampleViews, 'samples', 3);
    [2, 0, 1].forEach((position) => writeViews(groups, position, views[position] ?? {}));

    const { inputs, targets, ...rest } = groups['views'] ?? {};
    expect(rest).toEqual({ stream: 'samples', count: 4, shape: [12, 12, 3] });
    expect(targets).toEqual({
      choice: { shape: [], data: Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3) },
    });
    for (let view = 0; view < 4; view++) {
      for (let position = 0; position < 3; position++) {
        const start = (view * 3 + position) * values;
        expect(inputs?.subarray(start, start + values)).toEqual(
          views[position]?.['views']?.inputs[view]?.data,
        );
      }
    }
  });

  it('lay out targets of several values, in the type they have', () => {
    const recipe: ViewRecipe = {
      groups: { hidden: { count: 2, transforms: [{ name: 'patchMask', patchSize: [6, 6], ratio: 0.5 }] } },
    };
    const views = viewsOf(recipe);
    const { hidden, ...others } = allocateViewGroups(views[0] as SampleViews, 'samples', 3);
    expect(others).toEqual({});
    views.forEach((own, position) => writeViews({ hidden: hidden! }, position, own));
    const { keep, mask } = hidden?.targets ?? {};
    expect([keep?.shape, mask?.shape]).toEqual([[2], [4]]);
    const expected = (target: string) =>
      [0, 1].flatMap((view) =>
        views.flatMap(({ hidden }) => [...(hidden?.targets[view]?.[target]?.data ?? [])]),
      );
    expect(keep?.data).toEqual(Int32Array.from(expected('keep')));
    expect(mask?.data).toEqual(Float32Array.from(expected('mask')));
  });

  it('keep inputs of whole numbers whole', () => {
    const tokens: SampleViews = {
      a: { inputs: [{ shape: [2], data: Int32Array.of(7, 300) }], targets: [{}] },
    };
    const groups = allocateViewGroups(tokens, 'samples', 2);
    writeViews(groups, 1, tokens);
    expect(groups['a']?.inputs).toEqual(Int32Array.of(0, 0, 7, 300));
  });

  it('have no targets where the recipe makes none', () => {
    const { views } = allocateViewGroups(viewsOf(plain)[0] as SampleViews, 'samples', 2);
    expect(views).toMatchObject({ count: 1, shape: [12, 12, 3], targets: {} });
    expect(views?.inputs).toHaveLength(2 * values);
  });

  it('refuse views of another size, as of a data set whose images differ', () => {
    const wide = applyRecipe(randomImage(12, 14), createRandom(1), { recipe: plain, input });
    const groups = allocateViewGroups(wide, 'samples', 2);
    expect(() => writeViews(groups, 0, viewsOf(plain)[0] as SampleViews)).toThrow(
      'view recipe: group "views": all views must have one size, got 12×14×3 and 12×12×3',
    );
  });

  it('refuse views that lack a target which the first ones have, or whose target has another size', () => {
    const withMask = (shape: readonly number[]): SampleViews => {
      const mask = { shape, data: new Float32Array(shape.reduce((size, side) => size * side, 1)) };
      return { a: { inputs: [{ shape: [1], data: Float32Array.of(0) }], targets: [{ mask }] } };
    };
    const groups = allocateViewGroups(withMask([4]), 'samples', 2);
    const without: SampleViews = { a: { inputs: [{ shape: [1], data: Float32Array.of(0) }], targets: [{}] } };
    expect(() => writeViews(groups, 1, without)).toThrow(
      'view recipe: group "a": some views have the target "mask", others have not',
    );
    expect(() => writeViews(groups, 1, withMask([5]))).toThrow(
      'group "a.mask": all views must have one size',
    );
  });

  it('refuse a group without views', () => {
    expect(() => allocateViewGroups({ a: { inputs: [], targets: [] } }, 'samples', 2)).toThrow(
      'allocateViewGroups: group "a" has no view',
    );
  });
});
