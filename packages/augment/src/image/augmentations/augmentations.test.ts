import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { applyRecipe } from '../apply-recipe.ts';
import type { FloatImage, ImageSpec, RawImage } from '../image.ts';
import { resolveRecipe } from '../resolve-recipe.ts';
import { validateRecipe } from '../validate-recipe.ts';
import type { ViewRecipe } from '../../view-recipe.ts';
import { evaluationRecipe } from './evaluation.ts';
import { generatedShapesRecipe } from './generated-shapes.ts';
import { cifar10Normalization, imagenetNormalization } from './normalizations.ts';
import { cifar10RotationRecipe } from './rotation.ts';
import { cifar10SmallRecipe, selfClassifierImagenetRecipe } from './self-classifier.ts';
import {
  cifar10LightlyRecipe,
  cifar10SimclrRecipe,
  cifar10SoloLearnRecipe,
  imagenetSimclrRecipe,
} from './simclr.ts';

const cifar: ImageSpec = { height: 32, width: 32, channels: 3 };
const photograph: ImageSpec = { height: 60, width: 80, channels: 3 };

describe('presets', () => {
  it.each<[string, ViewRecipe, ImageSpec, Record<string, [count: number, side: number]>]>([
    ['cifar10SimclrRecipe', cifar10SimclrRecipe(), cifar, { views: [2, 32] }],
    ['cifar10LightlyRecipe', cifar10LightlyRecipe(), cifar, { views: [2, 32] }],
    ['cifar10SoloLearnRecipe', cifar10SoloLearnRecipe(), cifar, { views: [2, 32] }],
    ['cifar10SmallRecipe', cifar10SmallRecipe(), cifar, { views: [2, 32] }],
    ['generatedShapesRecipe', generatedShapesRecipe(), cifar, { views: [2, 32] }],
    ['cifar10RotationRecipe', cifar10RotationRecipe(), cifar, { views: [4, 32] }],
    ['imagenetSimclrRecipe', imagenetSimclrRecipe(), photograph, { views: [2, 224] }],
    [
      'selfClassifierImagenetRecipe',
      selfClassifierImagenetRecipe(),
      photograph,
      { global: [2, 224], local: [6, 96] },
    ],
    [
      'selfClassifierImagenetRecipe without local crops',
      selfClassifierImagenetRecipe({ localCount: 0 }),
      photograph,
      { global: [2, 224] },
    ],
    ['evaluationRecipe', evaluationRecipe(cifar, cifar10Normalization), photograph, { image: [1, 32] }],
  ])('%s has the views it promises, and they are finite', (_, recipe, image, expected) => {
    const sizes = validateRecipe(recipe, image);
    const views = applyRecipe(randomImage(image), recipe, createRandom(1));
    expect(Object.keys(sizes)).toEqual(Object.keys(expected));
    for (const [group, [count, side]] of Object.entries(expected)) {
      expect(sizes[group]).toEqual({ height: side, width: side, channels: 3 });
      expect(views[group]?.images).toHaveLength(count);
      for (const { data } of views[group]?.images ?? []) {
        expect(data).toHaveLength(side * side * 3);
        expect(data.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('have the values of their sources', () => {
    const distortion = (recipe: ViewRecipe) =>
      resolveRecipe(recipe).groups['views']?.transforms.find(({ name }) => name === 'colorJitter');
    const weak = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 };
    const strong = { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2, probability: 0.8 };
    expect(distortion(cifar10SimclrRecipe())).toMatchObject(weak);
    expect(distortion(cifar10LightlyRecipe())).toMatchObject(weak);
    expect(distortion(cifar10SmallRecipe())).toMatchObject(weak);
    expect(distortion(imagenetSimclrRecipe())).toMatchObject(strong);
    expect(distortion(cifar10SoloLearnRecipe())).toMatchObject(strong);
    expect(imagenetSimclrRecipe().groups['views']?.transforms).toContainEqual({
      name: 'gaussianBlur',
      kernelSize: 23,
      sigma: [0.1, 2],
      probability: 0.5,
    });
  });

  it('generatedShapesRecipe gives a colour any hue, and makes dark of light', () => {
    const red: RawImage = { ...cifar, channels: 3, data: new Uint8Array(32 * 32 * 3) };
    red.data.forEach((_, at, data) => (data[at] = at % 3 === 0 ? 200 : 20));
    const colors = Array.from({ length: 300 }, (_, seed) => {
      const { data } = applyRecipe(red, generatedShapesRecipe(), createRandom(seed))['views']
        ?.images[0] as FloatImage;
      return [...data.subarray(0, 3)];
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

  it('selfClassifierImagenetRecipe solarises and always blurs the second global crop only', () => {
    const { transforms } = resolveRecipe(selfClassifierImagenetRecipe()).groups['global'] ?? {};
    const choice = transforms?.find((transform) => transform.name === 'oneOf');
    expect(choice?.choices.map((list) => list.map(({ name }) => name))).toEqual([
      ['gaussianBlur'],
      ['gaussianBlur', 'randomSolarize'],
    ]);
    expect(choice?.choices.map(([first]) => first)).toMatchObject([{ probability: 0.1 }, { probability: 1 }]);
  });
});

describe('evaluationRecipe', () => {
  it('only normalises images that have the size', () => {
    const image = randomImage(cifar);
    const { data } = viewOf(image, evaluationRecipe(cifar, cifar10Normalization));
    const red = ((image.data[0] as number) / 255 - 0.4914) / 0.247;
    expect(data[0]).toBeCloseTo(red, 5);
    expect(data).toHaveLength(32 * 32 * 3);
  });

  it('resizes more and crops with torchvision’s 0.875', () => {
    const recipe = evaluationRecipe({ height: 224, width: 224, channels: 3 }, imagenetNormalization, {
      cropFraction: 0.875,
    });
    expect(recipe.groups['image']?.transforms.slice(0, 2)).toEqual([
      { name: 'resize', size: 256 },
      { name: 'centerCrop', size: [224, 224] },
    ]);
  });

  it('makes colour pictures grey for networks of one channel', () => {
    const recipe = evaluationRecipe({ height: 28, width: 28, channels: 1 }, { mean: [0.5], std: [0.5] });
    expect(viewOf(randomImage(photograph), recipe)).toMatchObject({ height: 28, width: 28, channels: 1 });
  });
});

function viewOf(image: RawImage, recipe: ViewRecipe): FloatImage {
  return applyRecipe(image, recipe, createRandom(1))['image']?.images[0] as FloatImage;
}

function randomImage({ height, width, channels }: ImageSpec): RawImage {
  const random = createRandom('image');
  const data = Uint8Array.from({ length: height * width * channels }, () => random.integer(256));
  return { height, width, channels, data };
}
