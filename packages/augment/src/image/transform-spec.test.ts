import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { largestDifference } from '../fixtures/golden.testing.ts';
import { createImage, type FloatImage } from './image.ts';
import { transforms, transformSchema, type ResolvedTransform, type TransformSpec } from './transform-spec.ts';
import { callsOf } from './resolve-recipe.ts';
import { applyTransforms, sizeAfter } from './transform.ts';
import { randomCropBox } from './transforms/random-resized-crop.ts';
import { toFloatImage } from './functional/convert.ts';

/** Each transform with parameters that do something, whatever the draw. */
const examples: { readonly [Name in TransformSpec['name']]: TransformSpec & { readonly name: Name } } = {
  centerCrop: { name: 'centerCrop', size: [7, 20] },
  colorJitter: { name: 'colorJitter', brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
  gaussianBlur: { name: 'gaussianBlur', kernelSize: 5, sigma: [0.5, 2] },
  gaussianNoise: { name: 'gaussianNoise' },
  grayscale: { name: 'grayscale' },
  hsvNoise: { name: 'hsvNoise' },
  normalize: { name: 'normalize', mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] },
  oneOf: {
    name: 'oneOf',
    choices: [[{ name: 'rotate90', turns: 2 }], [{ name: 'randomInvert', probability: 1 }]],
  },
  randomAdjustSharpness: { name: 'randomAdjustSharpness', sharpnessFactor: 2, probability: 1 },
  randomAffine: {
    name: 'randomAffine',
    degrees: [10, 40],
    translate: [0.2, 0.2],
    scale: [0.7, 1.3],
    shearX: [-9, 9],
  },
  randomAutocontrast: { name: 'randomAutocontrast', probability: 1 },
  randomCrop: { name: 'randomCrop', size: [12, 10], padding: 3, paddingMode: 'reflect' },
  randomErasing: { name: 'randomErasing', value: 'random', probability: 1 },
  randomGrayscale: { name: 'randomGrayscale', probability: 1 },
  randomHorizontalFlip: { name: 'randomHorizontalFlip', probability: 1 },
  randomInvert: { name: 'randomInvert', probability: 1 },
  randomMask: { name: 'randomMask', ratio: 0.5, patchSize: 4 },
  randomPerspective: { name: 'randomPerspective', probability: 1 },
  randomPosterize: { name: 'randomPosterize', bits: 2, probability: 1 },
  randomResizedCrop: { name: 'randomResizedCrop', size: [9, 8], interpolation: 'bicubic' },
  randomRotation: { name: 'randomRotation', degrees: [5, 60], interpolation: 'bilinear' },
  randomSolarize: { name: 'randomSolarize', threshold: 0.2, probability: 1 },
  randomVerticalFlip: { name: 'randomVerticalFlip', probability: 1 },
  resize: { name: 'resize', size: 20 },
  rotate90: { name: 'rotate90', turns: 1 },
  shuffleTiles: { name: 'shuffleTiles', grid: 2 },
};

const names = Object.keys(transforms) as TransformSpec['name'][];

describe.each(names)('%s', (name) => {
  const spec = transformSchema.parse(examples[name]);

  it('is listed by its own name', () => {
    expect(transforms[name].name).toBe(name);
  });

  it('repeats for the same seed, has the size it declares, and leaves its input as it was', () => {
    const image = noiseImage(14, 12, 3);
    const before = image.data.slice();
    const first = apply(spec, image, 4);
    expect(largestDifference(apply(spec, image, 4), first)).toBe(0);
    expect(image.data).toEqual(before);
    const { height, width, channels } = sizeAfter(image, callsOf([spec]));
    expect([first.height, first.width, first.channels]).toEqual([height, width, channels]);
    expect(first.data).toHaveLength(height * width * channels);
  });

  it('changes the image', () => {
    const image = noiseImage(14, 12, 3);
    const differs = [1, 2, 3].some((seed) => largestDifference(apply(spec, image, seed), image) > 0);
    expect(differs).toBe(true);
  });

  it.runIf(!['normalize', 'randomErasing'].includes(name))('keeps values in [0, 1]', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const result = apply(spec, noiseImage(14, 12, 3, seed), seed);
        expect(result.data.every((sample) => sample >= 0 && sample <= 1)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('takes grey images, or says that it does not', () => {
    const grey = { height: 14, width: 12, channels: 1 };
    if (['normalize', 'hsvNoise'].includes(name)) {
      expect(() => sizeAfter(grey, callsOf([spec]))).toThrow(`transform ${name}: `);
    } else {
      expect(apply(spec, noiseImage(14, 12, 1), 3).channels).toBe(sizeAfter(grey, callsOf([spec])).channels);
    }
  });

  it.runIf('probability' in spec)('does nothing with probability 0', () => {
    const image = noiseImage(14, 12, 3);
    expect(apply({ ...spec, probability: 0 } as typeof spec, image, 1)).toBe(image);
  });
});

describe('defaults are torchvision’s', () => {
  const defaultsOf = (spec: TransformSpec) => transformSchema.parse(spec);

  it.each<[TransformSpec, object]>([
    [
      { name: 'randomResizedCrop', size: 8 },
      { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: 'bilinear', antialias: true },
    ],
    [{ name: 'colorJitter' }, { brightness: 0, contrast: 0, saturation: 0, hue: 0, probability: 1 }],
    [{ name: 'gaussianBlur', kernelSize: 3 }, { sigma: [0.1, 2] }],
    [{ name: 'randomGrayscale' }, { probability: 0.1 }],
    [{ name: 'randomHorizontalFlip' }, { probability: 0.5 }],
    [{ name: 'randomErasing' }, { scale: [0.02, 0.33], ratio: [0.3, 3.3], value: 0, probability: 0.5 }],
    [
      { name: 'randomRotation', degrees: [0, 1] },
      { interpolation: 'nearest', fill: 0 },
    ],
    [{ name: 'randomPerspective' }, { distortionScale: 0.5, interpolation: 'bilinear', probability: 0.5 }],
    [{ name: 'gaussianNoise' }, { mean: 0, sigma: 0.1, clip: true }],
  ])('%j', (spec, expected) => {
    expect(defaultsOf(spec)).toMatchObject(expected);
  });
});

describe('single transforms', () => {
  it('oneOf takes each choice, and tells which', () => {
    const spec = transformSchema.parse({ ...examples.oneOf, target: true });
    const taken = new Set(Array.from({ length: 40 }, (_, seed) => targetOf(spec, seed)));
    expect([...taken].sort()).toEqual([0, 1]);
  });

  it('oneOf refuses choices that give different sizes', () => {
    const choices: TransformSpec & { name: 'oneOf' } = {
      name: 'oneOf',
      choices: [[], [{ name: 'rotate90', turns: 1 }]],
    };
    const calls = callsOf([transformSchema.parse(choices)]);
    expect(() => sizeAfter({ height: 4, width: 6, channels: 3 }, calls)).toThrow(
      'transform oneOf: its choices must give one size, got 4×6×3 and 6×4×3',
    );
    expect(sizeAfter({ height: 4, width: 4, channels: 3 }, calls)).toMatchObject({ height: 4, width: 4 });
  });

  it('randomMask masks its share of patches', () => {
    const white = { ...createImage(8, 8, 1), data: new Float32Array(64).fill(1) };
    const spec = transformSchema.parse({ name: 'randomMask', ratio: 0.25, patchSize: 4 });
    expect(apply(spec, white, 1).data.filter((sample) => sample === 0)).toHaveLength(16);
  });

  it('randomResizedCrop draws boxes of its areas and shapes, within the image', () => {
    const range = { scale: [0.1, 0.5], ratio: [0.5, 2] } as const;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { top, left, height, width } = randomCropBox(
          { height: 300, width: 400 },
          range,
          createRandom(seed),
        );
        const share = (height * width) / (300 * 400);
        expect(share).toBeGreaterThan(0.099);
        expect(share).toBeLessThan(0.503);
        expect(width / height).toBeGreaterThan(0.49);
        expect(width / height).toBeLessThan(2.03);
        return top >= 0 && left >= 0 && top + height <= 300 && left + width <= 400;
      }),
    );
  });

  it('colorJitter draws orders at random: the results of one pair of factors differ', () => {
    const spec = transformSchema.parse({ name: 'colorJitter', brightness: 0.9, contrast: 0.9 });
    const image = noiseImage(4, 4, 3);
    const results = new Set(Array.from({ length: 8 }, (_, seed) => apply(spec, image, seed).data.join()));
    expect(results.size).toBe(8);
  });

  it('takes what its type says and no more', () => {
    expectTypeOf<{ name: 'rotate90'; turns: number }>().toExtend<TransformSpec>();
    expectTypeOf<{ name: 'rotate90' }>().not.toExtend<TransformSpec>();
    expectTypeOf<{ name: 'resize'; size: readonly [number, number] }>().toExtend<TransformSpec>();
    expectTypeOf<ResolvedTransform>().toExtend<TransformSpec>();
  });
});

function apply(spec: ResolvedTransform, image: FloatImage, seed: number): FloatImage {
  const context = { viewIndex: 0, setTarget: () => undefined };
  return applyTransforms(image, callsOf([spec]), createRandom(seed), context, toFloatImage);
}

function targetOf(spec: ResolvedTransform, seed: number): number {
  let taken = -1;
  const context = { setTarget: (target: number) => void (taken = target) };
  applyTransforms(noiseImage(4, 4, 3), callsOf([spec]), createRandom(seed), context, toFloatImage);
  return taken;
}

function noiseImage(height: number, width: number, channels: number, seed = 0): FloatImage {
  const image = createImage(height, width, channels);
  const random = createRandom('noise', seed);
  image.data.forEach((_, i) => (image.data[i] = random.uniform()));
  return image;
}
