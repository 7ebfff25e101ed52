import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { applyRecipe } from './apply-recipe.ts';
import { largestDifference } from './fixtures/golden.testing.ts';
import { toFloatImage } from './image/functional/convert.ts';
import { rotate90 } from './image/functional/rotate90.ts';
import type { FloatImage, RawImage } from './image.ts';
import { cifar10RotationRecipe } from './presets/rotation.ts';
import { cifar10SmallRecipe, selfClassifierImagenetRecipe } from './presets/self-classifier.ts';
import type { PlainTransformSpec } from './plain-transforms.ts';
import type { TransformSpec } from './transform-spec.ts';
import type { ViewRecipe } from './view-recipe.ts';

const image = randomImage(40, 48);

describe('applyRecipe', () => {
  it('repeats for the same seed and differs for another', () => {
    const views = (seed: number) =>
      applyRecipe(image, cifar10SmallRecipe(), createRandom(seed))['views']?.images;
    expect(views(1)).toEqual(views(1));
    expect(views(1)).not.toEqual(views(2));
  });

  it('gives these very views, so that runs of earlier versions can be repeated', () => {
    const [first, second] = imagesOf(
      applyRecipe(image, cifar10SmallRecipe({ imageSize: 4 }), createRandom(42)),
      'views',
    );
    const samples = [first?.data[0], first?.data[20], second?.data[0], second?.data[20]];
    expect(samples.map((sample) => Math.round((sample as number) * 1000))).toMatchInlineSnapshot(`
      [
        -7,
        181,
        410,
        451,
      ]
    `);
  });

  it('draws each view apart: what one view or group does leaves the others as they are', () => {
    const noise: TransformSpec = { name: 'gaussianNoise' };
    const small: ViewRecipe = { groups: { a: { count: 2, transforms: [noise] } } };
    const large: ViewRecipe = {
      groups: { b: { count: 1, transforms: [] }, a: { count: 3, transforms: [noise] } },
    };
    const [first, second] = imagesOf(applyRecipe(image, small, createRandom(1)), 'a');
    const others = imagesOf(applyRecipe(image, large, createRandom(1)), 'a');
    expect(others.slice(0, 2)).toEqual([first, second]);
    expect(first).not.toEqual(second);
  });

  it('draws nothing from the random stream itself', () => {
    const random = createRandom(5);
    applyRecipe(image, cifar10SmallRecipe(), random);
    expect(random.uniform()).toBe(createRandom(5).uniform());
  });

  it('starts every view from one result of the shared transforms', () => {
    const recipe: ViewRecipe = {
      shared: [{ name: 'randomCrop', size: 16 }],
      groups: { input: { count: 2, transforms: [] }, target: { count: 1, transforms: [] } },
    };
    const views = applyRecipe(image, recipe, createRandom(1));
    const [first, second] = imagesOf(views, 'input');
    expect(first?.data.every(Number.isFinite)).toBe(true);
    expect(first).toEqual(second);
    expect(imagesOf(views, 'target')).toEqual([first]);
    expect(first?.height).toBe(16);
  });

  it('makes rotation’s four views and targets from one crop', () => {
    const { views } = applyRecipe(image, cifar10RotationRecipe({ imageSize: 32 }), createRandom(1));
    expect(views?.targets).toEqual([0, 1, 2, 3]);
    const [upright, ...turned] = views?.images ?? [];
    expect(turned).toHaveLength(3);
    turned.forEach((view, index) => {
      expect(largestDifference(view, rotate90(upright as FloatImage, index + 1))).toBe(0);
    });
  });

  it('makes multi-crop’s groups with sizes of their own', () => {
    const views = applyRecipe(
      image,
      selfClassifierImagenetRecipe({ imageSize: 24, localSize: 12 }),
      createRandom(1),
    );
    expect(imagesOf(views, 'global').map(({ height }) => height)).toEqual([24, 24]);
    expect(imagesOf(views, 'local').map(({ height }) => height)).toEqual([12, 12, 12, 12, 12, 12]);
    expect(views['global']).not.toHaveProperty('targets');
  });

  it('gives the image itself to a group without transforms', () => {
    const views = applyRecipe(image, { groups: { image: { count: 1, transforms: [] } } }, createRandom(1));
    expect(largestDifference(imagesOf(views, 'image')[0] as FloatImage, toFloatImage(image))).toBe(0);
  });

  it('refuses views of different sizes in one group', () => {
    const choices: PlainTransformSpec[][] = [
      [{ name: 'rotate90', turns: 0 }],
      [{ name: 'rotate90', turns: 1 }],
    ];
    const recipe: ViewRecipe = {
      groups: { a: { count: 2, transforms: [{ name: 'oneOf', pick: 'view', choices }] } },
    };
    expect(() => applyRecipe(image, recipe, createRandom(1))).toThrow(
      'view recipe: group "a": all views must have one size, got 40×48×3 and 48×40×3; ' +
        'give it a transform that fixes the size, such as randomResizedCrop',
    );
  });
});

function imagesOf(views: ReturnType<typeof applyRecipe>, group: string): readonly FloatImage[] {
  return views[group]?.images ?? [];
}

function randomImage(height: number, width: number): RawImage {
  const random = createRandom('image');
  return {
    height,
    width,
    channels: 3,
    data: Uint8Array.from({ length: height * width * 3 }, () => random.integer(256)),
  };
}
