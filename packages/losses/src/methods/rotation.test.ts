import { applyRecipe, rotate90 } from '@ssl/augment';
import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { rotation } from './rotation.ts';

const image = { height: 8, width: 8, channels: 3 };
const noise = {
  ...image,
  data: Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => createRandom(at).integer(256)),
};

function viewsWith(options: Record<string, unknown>) {
  const recipe = rotation.views(rotation.options.parse(options), image);
  return applyRecipe(noise, recipe, createRandom(3))['rotated'];
}

describe('rotation', () => {
  it.each(['rotnet', 'crop-and-colour'])(
    'turns one shared crop of each image by all angles (%s)',
    (augmentation) => {
      const { images = [], targets } = viewsWith({ augmentation }) ?? {};
      expect(targets).toEqual([0, 1, 2, 3]);
      const [upright] = images;
      for (const [turns, view] of images.entries()) {
        const expected = [...rotate90(upright as (typeof images)[number], turns).data];
        for (const [at, value] of view.data.entries()) expect(value).toBeCloseTo(expected[at] as number, 5);
      }
    },
  );

  it('takes any subset of the angles, labelled in their order', () => {
    const all = viewsWith({});
    const some = viewsWith({ angles: [180, 0] });
    expect(some?.targets).toEqual([0, 1]);
    expect(some?.images[0]?.data).toEqual(all?.images[2]?.data);
    expect(some?.images[1]?.data).toEqual(all?.images[0]?.data);
  });

  it('takes one random rotation an image where asked', () => {
    const { images, targets } = viewsWith({ rotations: 'one' }) ?? {};
    expect(images).toHaveLength(1);
    expect(targets?.[0]).toBeLessThan(4);
  });

  it('refuses angles that are no quarter turns, and images that are no squares', () => {
    expect(() => rotation.options.parse({ angles: [0, 45] })).toThrow();
    expect(() => rotation.views(rotation.options.parse({}), { ...image, width: 9 })).toThrow(
      'rotation: turns square images, 8×9 is none',
    );
  });
});
