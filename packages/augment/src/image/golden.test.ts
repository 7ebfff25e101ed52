import { describe, expect, it } from 'vitest';
import {
  imageOf,
  imagesOf,
  largestDifference,
  readGoldenCases,
  type GoldenArray,
  type GoldenCase,
} from './fixtures/golden.testing.ts';
import {
  adjustBrightness,
  adjustColor,
  adjustContrast,
  adjustHsv,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  affine,
  autocontrast,
  crop,
  gaussianBlur,
  grayscale,
  horizontalFlip,
  invert,
  normalize,
  pad,
  permuteTiles,
  perspective,
  posterize,
  resize,
  resizedCrop,
  rotate,
  rotate90,
  solarize,
  toFloatImage,
  toRawImage,
  verticalFlip,
  type ColorAdjustment,
  type FloatImage,
  type Interpolation,
  type Quadrangle,
} from './index.ts';
import { perspectiveCoefficients } from './functional/perspective.ts';
import { boxSize, fallbackBox } from './transforms/random-resized-crop.ts';

/** Float32 rounding. */
const TOLERANCE = 1e-6;

type Pair = readonly [number, number];

interface Params {
  readonly factor: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly out: Pair;
  readonly interpolation: Interpolation;
  readonly antialias: boolean;
  readonly channels: 1 | 3;
  readonly kernel: number;
  readonly sigma: number;
  readonly kernelXY: Pair;
  readonly sigmaXY: Pair;
  readonly threshold: number;
  readonly bits: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly order: readonly (readonly [ColorAdjustment, number])[];
  readonly k: number;
  readonly angle: number;
  /** A number, or words that say that there is none. */
  readonly fill: number | string;
  readonly translate: Pair;
  readonly scale: number;
  readonly shear: Pair;
  readonly startpoints: Quadrangle;
  readonly endpoints: Quadrangle;
  readonly coefficients: readonly number[];
  readonly padding: number;
  readonly mode: 'constant' | 'reflect';
}

/** What each case calls, by the beginning of its name; the first that fits. */
const operations: readonly (readonly [string, (image: FloatImage, params: Params) => FloatImage])[] = [
  ['brightness', (image, { factor }) => adjustBrightness(image, factor)],
  ['contrast', (image, { factor }) => adjustContrast(image, factor)],
  ['saturation', (image, { factor }) => adjustSaturation(image, factor)],
  ['hue', (image, { factor }) => adjustHue(image, factor)],
  ['to_grayscale', (image, { channels }) => grayscale(image, channels)],
  ['gaussian_blur_k3x5', (image, { kernelXY, sigmaXY }) => gaussianBlur(image, kernelXY, sigmaXY)],
  ['gaussian_blur', (image, { kernel, sigma }) => gaussianBlur(image, kernel, sigma)],
  ['solarize', (image, { threshold }) => solarize(image, threshold)],
  ['posterize', (image, { bits }) => posterize(image, bits)],
  ['invert', invert],
  ['autocontrast', autocontrast],
  ['sharpness', (image, { factor }) => adjustSharpness(image, factor)],
  ['normalize', normalize],
  [
    'color_jitter',
    (image, { order }) =>
      adjustColor(
        image,
        order.map(([adjustment, factor]) => ({ adjustment, factor })),
      ),
  ],
  [
    'chain_simclr',
    (image) => {
      const cropped = horizontalFlip(
        resizedCrop(image, { top: 1, left: 2, height: 8, width: 6 }, [8, 8], { interpolation: 'bilinear' }),
      );
      const colored = adjustHue(
        adjustSaturation(adjustContrast(adjustBrightness(cropped, 1.1), 0.9), 1.2),
        0.03,
      );
      const blurred = gaussianBlur(colored, 3, 0.8);
      return normalize(blurred, { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.243, 0.261] });
    },
  ],
  [
    'chain_selfclassifier_global2',
    (image) => {
      const cropped = resizedCrop(image, { top: 1, left: 2, height: 8, width: 6 }, [10, 10], {
        interpolation: 'bicubic',
        clamp: true,
      });
      const grey = grayscale(adjustBrightness(adjustSaturation(cropped, 1.1), 0.85), 3);
      const solarized = solarize(gaussianBlur(grey, 5, 1), 0.5);
      return normalize(solarized, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    },
  ],
  ['resize_nearest', (image, { out }) => resize(image, out, { interpolation: 'nearest' })],
  ['resize_bilinear', (image, { out, antialias }) => resize(image, out, { antialias })],
  ['superres', (image, { out, ...options }) => resize(image, out, options)],
  ['resized_crop_same_size', (image, { out, ...box }) => resizedCrop(image, box, out)],
  [
    'resized_crop',
    (image, { out, interpolation, antialias, ...box }) =>
      resizedCrop(image, box, out, { interpolation, antialias }),
  ],
  ['hflip', horizontalFlip],
  ['vflip', verticalFlip],
  ['rot90', (image, { k }) => rotate90(image, k)],
  [
    'rotate',
    (image, { angle, fill }) =>
      rotate(image, angle, { interpolation: 'bilinear', ...(typeof fill === 'number' && { fill }) }),
  ],
  ['affine', (image, params) => affine(image, params, { interpolation: 'bilinear' })],
  ['exemplar_affine', (image, params) => affine(image, params, { interpolation: 'bilinear' })],
  ['perspective', (image, { startpoints, endpoints }) => perspective(image, startpoints, endpoints)],
  [
    'pad',
    (image, { padding, mode, top, left }) =>
      crop(pad(image, padding, mode), { top, left, height: image.height, width: image.width }),
  ],
  [
    's4l_exemplar_hsvnoise',
    (image) =>
      adjustHsv(image, {
        hue: 0.07,
        saturation: { power: 1.6, factor: 0.9, offset: 0.05 },
        value: { power: 0.7, factor: 1.1, offset: -0.04 },
      }),
  ],
];

const files = ['augment.json', 'augment32.json', 'augment_geometry.json'];
const cases = files.flatMap(readGoldenCases);

/** These make something else than one image, and have tests of their own below. */
const special = [
  'random_resized_crop_params',
  'rotnet_batch',
  's4l_four_rots',
  'jigsaw_permutation',
  'pil_informational',
];

describe('golden cases', () => {
  it.each(cases.filter(({ name }) => !special.includes(name)))(
    '$name ($source)',
    ({ name, params, inputs, outputs }) => {
      const [, operation] = operations.find(([prefix]) => name.startsWith(prefix)) ?? [];
      if (!operation) throw new Error(`no operation for ${name}`);
      const result = operation(imageOf(inputs['image'] as GoldenArray), params as unknown as Params);
      expect(largestDifference(result, imageOf(outputs['image'] as GoldenArray))).toBeLessThan(TOLERANCE);
    },
  );

  it('random_resized_crop_params: sizes of boxes and what happens when none fits', () => {
    const { params, inputs, outputs } = named('random_resized_crop_params');
    const image = params as unknown as { height: number; width: number };
    const areas = arrayOf(inputs, 'areaFraction');
    const logRatios = arrayOf(inputs, 'logRatio');
    const sizes = areas.flatMap((area, i) => {
      const [height, width] = boxSize(image, area, logRatios[i] as number);
      return [height, width, height <= image.height && width <= image.width ? 1 : 0];
    });
    expect(sizes).toEqual(arrayOf(outputs, 'heightWidthAccepted'));
    const fallbacks = arrayOf(outputs, 'fallback_H_W_top_left_h_w');
    for (let i = 0; i < fallbacks.length; i += 6) {
      const [height = 0, width = 0, ...expected] = fallbacks.slice(i, i + 6);
      const box = fallbackBox({ height, width }, [3 / 4, 4 / 3]);
      expect([box.top, box.left, box.height, box.width]).toEqual(expected);
    }
  });

  it('perspective: coefficients (torchvision solves in float32)', () => {
    const { startpoints, endpoints, coefficients } = named('perspective_bilinear')
      .params as unknown as Params;
    perspectiveCoefficients(startpoints, endpoints).forEach((value, i) => {
      expect(Math.abs(value - (coefficients[i] as number))).toBeLessThan(1e-4);
    });
  });

  it.each([
    ['rotnet_batch', 'images'],
    ['s4l_four_rots', 'image'],
  ])('%s: rotations', (name, input) => {
    const { inputs, outputs } = named(name);
    const array = inputs[input] as GoldenArray;
    const images = array.shape.length === 4 ? imagesOf(array) : [imageOf(array)];
    imagesOf(outputs['images'] as GoldenArray).forEach((expected, row) => {
      const result = rotate90(images[Math.floor(row / 4)] as FloatImage, row % 4);
      expect(largestDifference(result, expected)).toBeLessThan(TOLERANCE);
    });
  });

  it('jigsaw_permutation', () => {
    const { inputs, outputs } = named('jigsaw_permutation');
    const result = permuteTiles(imageOf(inputs['image'] as GoldenArray), 3, arrayOf(inputs, 'perm'));
    expect(largestDifference(result, imageOf(outputs['image'] as GoldenArray))).toBe(0);
  });
});

describe('Pillow, on which older recipes were tuned', () => {
  const { inputs, outputs } = named('pil_informational');
  const bytes = Uint8Array.from(arrayOf(inputs, 'image'));
  const image = toFloatImage({ height: 20, width: 20, channels: 3, data: bytes });
  const differences = (result: FloatImage, output: string) => {
    const { data } = toRawImage(result);
    const expected = arrayOf(outputs, output);
    return Array.from(data, (byte, i) => Math.abs(byte - (expected[i] as number)));
  };

  it('resizes like us within the rounding of its two passes to bytes', () => {
    expect(
      Math.max(...differences(resize(image, [9, 9], { interpolation: 'bicubic' }), 'resizeBicubic')),
    ).toBeLessThanOrEqual(1);
    expect(Math.max(...differences(resize(image, [9, 9]), 'resizeBilinear'))).toBeLessThanOrEqual(1);
  });

  it('solarises like us', () => {
    expect(Math.max(...differences(solarize(image, 128 / 255), 'solarize128'))).toBe(0);
  });

  it('has a grey that differs in the last bit: weights .299 .587 .114', () => {
    expect(Math.max(...differences(grayscale(image, 1), 'grayscaleL'))).toBeLessThanOrEqual(1);
  });

  it('blurs by three boxes, which differs from a Gaussian by more than 2/255', () => {
    const blurred = differences(gaussianBlur(image, 13, 1), 'gaussianBlur');
    expect(Math.max(...blurred)).toBeGreaterThan(2);
    expect(blurred.reduce((sum, value) => sum + value, 0) / blurred.length).toBeLessThan(2);
  });
});

function named(name: string): GoldenCase {
  return cases.find((candidate) => candidate.name === name) as GoldenCase;
}

function arrayOf(arrays: Readonly<Record<string, GoldenArray>>, name: string): readonly number[] {
  return (arrays[name] as GoldenArray).data;
}
