import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { largestDifference } from '../fixtures/golden.testing.ts';
import { imageInput, noiseImage } from '../fixtures/random-image.testing.ts';
import { applyTransforms, sizeAfter, type TransformCall, type ViewTarget } from '../transform.ts';
import { toFloatImage } from './functional/convert.ts';
import { imageTransforms, type ImageTransformSpec } from './image-transforms.ts';
import { toFloat, type ImageValue } from './image-transform.ts';
import { createImage, type FloatImage, type ImageSpec } from './image.ts';
import { randomCropBox } from './transforms/random-resized-crop.ts';

/** Each transform with parameters that do something, whatever the draw. */
const examples: {
  readonly [Name in ImageTransformSpec['name']]: ImageTransformSpec & { readonly name: Name };
} = {
  centerCrop: { name: 'centerCrop', size: [7, 20] },
  colorJitter: { name: 'colorJitter', brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
  gaussianBlur: { name: 'gaussianBlur', kernelSize: 5, sigma: [0.5, 2] },
  gaussianNoise: { name: 'gaussianNoise' },
  grayscale: { name: 'grayscale' },
  hsvNoise: { name: 'hsvNoise' },
  oneOf: {
    name: 'oneOf',
    choices: [[{ name: 'rotate90', turns: 2 }], [{ name: 'randomInvert', probability: 1 }]],
  },
  patchMask: { name: 'patchMask', patchSize: [7, 4], ratio: 0.5 },
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

const names = Object.keys(imageTransforms) as ImageTransformSpec['name'][];

describe.each(names)('%s', (name) => {
  const spec = resolve(examples[name]);

  it('is listed by its own name', () => {
    expect(imageTransforms[name].name).toBe(name);
  });

  it('repeats for the same seed, has the size it declares, and leaves its input as it was', () => {
    const image = noiseImage(14, 12, 3);
    const before = image.data.slice();
    const first = apply(spec, image, 4);
    expect(largestDifference(apply(spec, image, 4), first)).toBe(0);
    expect(image.data).toEqual(before);
    const { height, width, channels } = sizeOf(image, spec);
    expect([first.height, first.width, first.channels]).toEqual([height, width, channels]);
    expect(first.data).toHaveLength(height * width * channels);
  });

  it.runIf(name !== 'patchMask')('changes the image', () => {
    const image = noiseImage(14, 12, 3);
    const differs = [1, 2, 3].some((seed) => largestDifference(apply(spec, image, seed), image) > 0);
    expect(differs).toBe(true);
  });

  it.runIf(name !== 'randomErasing')('keeps values in [0, 1]', () => {
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
    if (name === 'hsvNoise') {
      expect(() => sizeOf(grey, spec)).toThrow(`transform ${name}: `);
    } else {
      expect(apply(spec, noiseImage(14, 12, 1), 3).channels).toBe(sizeOf(grey, spec).channels);
    }
  });

  it.runIf('probability' in spec)('does nothing with probability 0', () => {
    const image = noiseImage(14, 12, 3);
    expect(apply({ ...spec, probability: 0 } as ImageTransformSpec, image, 1)).toBe(image);
  });
});

describe('defaults are torchvision’s', () => {
  const defaultsOf = (spec: ImageTransformSpec) => resolve(spec);

  it.each<[ImageTransformSpec, object]>([
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
    const spec = resolve({ ...examples.oneOf, target: true });
    const taken = new Set(Array.from({ length: 40 }, (_, seed) => targetOf(spec, seed)[0]));
    expect([...taken].sort()).toEqual([0, 1]);
  });

  it('oneOf refuses choices that give different sizes', () => {
    const choices: ImageTransformSpec = {
      name: 'oneOf',
      choices: [[], [{ name: 'rotate90', turns: 1 }]],
    };
    const spec = resolve(choices);
    expect(() => sizeOf({ height: 4, width: 6, channels: 3 }, spec)).toThrow(
      'transform oneOf: its choices must give one size, got 4×6×3 and 6×4×3',
    );
    expect(sizeOf({ height: 4, width: 4, channels: 3 }, spec)).toMatchObject({ height: 4, width: 4 });
  });

  it('randomMask masks its share of patches', () => {
    const white = { ...createImage(8, 8, 1), data: new Float32Array(64).fill(1) };
    const spec = resolve({ name: 'randomMask', ratio: 0.25, patchSize: 4 });
    expect(apply(spec, white, 1).data.filter((sample) => sample === 0)).toHaveLength(16);
  });

  it('randomCrop says which image does not fit, of a data set whose images differ', () => {
    const spec = resolve({ name: 'randomCrop', size: 20, padding: 2 });
    expect(() => apply(spec, noiseImage(18, 15, 3), 1)).toThrow(
      'transform randomCrop: a size of 20×20 does not fit in 18×15 with a padding of 2',
    );
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
    const spec = resolve({ name: 'colorJitter', brightness: 0.9, contrast: 0.9 });
    const image = noiseImage(4, 4, 3);
    const results = new Set(Array.from({ length: 8 }, (_, seed) => apply(spec, image, seed).data.join()));
    expect(results.size).toBe(8);
  });

  it('randomMask fills each channel with its own value, those without one with 0', () => {
    const image = noiseImage(8, 8, 3);
    const masked = (fill: number | readonly number[]): FloatImage =>
      apply(resolve({ name: 'randomMask', ratio: 1, fill }), image, 1);
    expect([...masked(0.5).data.subarray(0, 6)]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect([...masked([0.25, 0.5, 0.75]).data.subarray(0, 6)]).toEqual([0.25, 0.5, 0.75, 0.25, 0.5, 0.75]);
    expect([...masked([0.25]).data.subarray(0, 3)]).toEqual([0.25, 0, 0]);
  });

  it('patchMask leaves the image as it is, and says which patches stay', () => {
    const image = noiseImage(8, 12, 5);
    const spec = resolve({ name: 'patchMask', patchSize: [4, 3], ratio: 0.7 });
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const targets: Record<string, ViewTarget> = {};
        expect(apply(spec, image, seed, (name, target) => void (targets[name] = target))).toBe(image);
        const { keep, mask } = targets;
        // ⌊8 · 0.3⌋ of the 2 × 4 patches.
        expect(keep).toMatchObject({ shape: [2], data: expect.any(Int32Array) as Int32Array });
        expect(mask?.shape).toEqual([8]);
        const visible = [...(mask?.data.entries() ?? [])].filter(([, hidden]) => hidden === 0);
        expect(visible.map(([patch]) => patch)).toEqual([...(keep?.data ?? [])].sort());
      }),
      { numRuns: 20 },
    );
    const orders = Array.from({ length: 20 }, (_, seed) => targetOf(spec, seed, image, 'keep').join());
    expect(new Set(orders).size).toBeGreaterThan(5);
  });

  it.each<[ImageTransformSpec, readonly [number, number]]>([
    [{ name: 'resize', size: 15 }, [15, 20]],
    [{ name: 'resize', size: [15, 15] }, [15, 15]],
    [{ name: 'resize', size: [15, 15], fit: 'cover' }, [15, 20]],
    [{ name: 'resize', size: [15, 30], fit: 'cover' }, [23, 30]],
    [{ name: 'resize', size: [30, 40], fit: 'cover' }, [30, 40]],
    [{ name: 'resize', size: [7, 3], fit: 'cover' }, [7, 9]],
  ])('%j makes 30×40 the size %j', (spec, [height, width]) => {
    const result = apply(resolve(spec), noiseImage(30, 40, 1), 1);
    expect(result).toMatchObject({ height, width });
    expect(sizeOf({ height: 30, width: 40, channels: 1 }, resolve(spec))).toMatchObject({ height, width });
  });

  it('start from bytes as they do from the numbers that the bytes stand for', () => {
    const data = Uint8Array.from({ length: 14 * 12 * 3 }, (_, i) => (i * 37) % 256);
    const bytes = { height: 14, width: 12, channels: 3, data };
    for (const name of names) {
      const spec = resolve(examples[name]);
      expect(largestDifference(apply(spec, bytes, 2), apply(spec, toFloatImage(bytes), 2))).toBeLessThan(
        1e-6,
      );
    }
  });

  it('take what their type says and no more', () => {
    expectTypeOf<{ name: 'rotate90'; turns: number }>().toExtend<ImageTransformSpec>();
    expectTypeOf<{ name: 'rotate90' }>().not.toExtend<ImageTransformSpec>();
    expectTypeOf<{ name: 'resize'; size: readonly [number, number] }>().toExtend<ImageTransformSpec>();
  });
});

describe('colour transforms of images of one channel do what torchvision’s do', () => {
  const grey = noiseImage(6, 6, 1);

  it.each<ImageTransformSpec>([
    { name: 'colorJitter', saturation: 0.9, hue: 0.5 },
    { name: 'randomGrayscale', probability: 1 },
    { name: 'grayscale' },
  ])('nothing: %j', (spec) => {
    expect(largestDifference(apply(resolve(spec), grey, 3), grey)).toBe(0);
  });

  it('the rest as for each channel: contrast blends with the mean', () => {
    // Far enough from 0 and 1 that nothing is clamped.
    const soft = { ...grey, data: grey.data.map((value) => 0.3 + 0.4 * value) };
    const jittered = apply(resolve({ name: 'colorJitter', contrast: 0.5 }), soft, 3);
    const mean = soft.data.reduce((sum, value) => sum + value) / soft.data.length;
    const factors = Array.from(
      jittered.data,
      (value, at) => (value - mean) / ((soft.data[at] as number) - mean),
    );
    for (const factor of factors) expect(factor).toBeCloseTo(factors[0] as number, 3);
    expect(factors[0]).not.toBeCloseTo(1, 2);

    const colour = createImage(6, 6, 3);
    colour.data.forEach((_, at) => (colour.data[at] = grey.data[Math.floor(at / 3)] as number));
    for (const spec of [examples.randomSolarize, examples.randomInvert, examples.randomPosterize]) {
      const [one, three] = [apply(resolve(spec), grey, 3), apply(resolve(spec), colour, 3)];
      expect(one.data).toEqual(three.data.filter((_, at) => at % 3 === 0));
    }
  });

  it('images of five channels keep what has no meaning for them', () => {
    const five = noiseImage(6, 6, 5);
    for (const spec of [
      { name: 'colorJitter', saturation: 0.9, hue: 0.5 },
      { name: 'randomGrayscale', probability: 1 },
    ] as const) {
      expect(largestDifference(apply(resolve(spec), five, 3), five)).toBe(0);
    }
    expect(() => sizeOf(five, resolve({ name: 'grayscale' }))).toThrow(
      'transform grayscale: needs images of 1 or 3 channels, got 5',
    );
  });
});

/** With the defaults filled in. */
function resolve(spec: ImageTransformSpec): ImageTransformSpec {
  return imageTransforms[spec.name].schema.parse(spec) as ImageTransformSpec;
}

function callOf(spec: ImageTransformSpec): TransformCall<ImageValue, ImageSpec> {
  const transform = imageTransforms[spec.name] as unknown as TransformCall<
    ImageValue,
    ImageSpec
  >['transform'];
  return { transform, parameters: spec as TransformCall['parameters'] };
}

function sizeOf(image: ImageSpec, spec: ImageTransformSpec): ImageSpec {
  return sizeAfter(image, [callOf(spec)]);
}

function apply(
  spec: ImageTransformSpec,
  image: ImageValue,
  seed: number,
  setTarget: (name: string, target: ViewTarget) => void = () => undefined,
): FloatImage {
  const { height, width, channels } = image;
  const context = {
    ...{ input: imageInput(height, width, channels), viewIndex: 0, setTarget },
    partner: () => {
      throw new Error('no partner is needed');
    },
  };
  return toFloat(applyTransforms(image, [callOf(spec)], createRandom(seed), context));
}

/** The values of a target. */
function targetOf(
  spec: ImageTransformSpec,
  seed: number,
  image = noiseImage(4, 4, 3),
  wanted = 'choice',
): Float32Array | Int32Array {
  let data: Float32Array | Int32Array = new Int32Array();
  apply(spec, image, seed, (name, target) => {
    if (name === wanted) ({ data } = target);
  });
  return data;
}
