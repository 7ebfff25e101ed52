import { describe, expect, it } from 'vitest';
import { applySteps } from '../fixtures/apply-steps.testing.ts';
import {
  imageOf,
  imagesOf,
  largestDifference,
  numberOf,
  readGoldenCases,
  type GoldenArray,
  type GoldenCase,
} from '../fixtures/golden.testing.ts';
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
  verticalFlip,
  type ColorAdjustment,
  type FloatImage,
  type Interpolation,
  type Quadrangle,
  type ResizeOptions,
  type ToneCurve,
  type WarpOptions,
} from '../index.ts';
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
  readonly interpolation?: Interpolation;
  readonly antialias?: boolean;
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
  readonly steps: readonly string[];
  readonly hueAdd: number;
  /** Of saturation, then value. */
  readonly pow: Pair;
  readonly mul: Pair;
  readonly add: Pair;
}

/** Of the parameters only these: "clamp" is a note in words. */
function resizeOptions({ interpolation, antialias }: Params): ResizeOptions {
  return { ...(interpolation && { interpolation }), ...(antialias !== undefined && { antialias }) };
}

/** How a warp samples; the cases that do not say it are bilinear too, as their names tell. */
function warpOptions({ interpolation, fill }: Params): WarpOptions {
  const sampling = interpolation === 'nearest' ? 'nearest' : 'bilinear';
  return { interpolation: sampling, ...(typeof fill === 'number' && { fill }) };
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
    'chain',
    (image, { steps }) =>
      applySteps(image, steps, (name) => named(`normalize_${name}`).params as unknown as Params),
  ],
  ['resize_', (image, params) => resize(image, params.out, resizeOptions(params))],
  ['superres', (image, params) => resize(image, params.out, resizeOptions(params))],
  ['resized_crop', (image, params) => resizedCrop(image, params, params.out, resizeOptions(params))],
  ['hflip', horizontalFlip],
  ['vflip', verticalFlip],
  ['rot90', (image, { k }) => rotate90(image, k)],
  ['rotate', (image, params) => rotate(image, params.angle, warpOptions(params))],
  ['affine', (image, params) => affine(image, params, warpOptions(params))],
  ['exemplar_affine', (image, params) => affine(image, params, warpOptions(params))],
  ['perspective', (image, { startpoints, endpoints }) => perspective(image, startpoints, endpoints)],
  [
    'pad',
    (image, { padding, mode, top, left }) =>
      crop(pad(image, padding, mode), { top, left, height: image.height, width: image.width }),
  ],
  [
    's4l_exemplar_hsvnoise',
    (image, { hueAdd, pow, mul, add }) => {
      const curve = (at: 0 | 1): ToneCurve => ({ power: pow[at], factor: mul[at], offset: add[at] });
      return adjustHsv(image, { hue: hueAdd, saturation: curve(0), value: curve(1) });
    },
  ],
];

const files = ['augment.json', 'augment32.json', 'augment_geometry.json'];
const cases = files.flatMap(readGoldenCases);

/** These make something else than one image, and have tests of their own: below, and in pillow.test.ts. */
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
    const reference = named('random_resized_crop_params');
    const { params, inputs, outputs } = reference;
    const image = { height: numberOf(reference, 'height'), width: numberOf(reference, 'width') };
    const ratio = params['ratio'] as Pair;
    const areas = arrayOf(inputs, 'areaFraction');
    const logRatios = arrayOf(inputs, 'logRatio');
    const sizes = areas.flatMap((area, i) => {
      const [height, width] = boxSize(image, area, logRatios[i] as number);
      const fits = height > 0 && width > 0 && height <= image.height && width <= image.width;
      return [height, width, fits ? 1 : 0];
    });
    expect(sizes).toEqual(arrayOf(outputs, 'heightWidthAccepted'));
    const fallbacks = arrayOf(outputs, 'fallback_H_W_top_left_h_w');
    expect(fallbacks).not.toHaveLength(0);
    for (let i = 0; i < fallbacks.length; i += 6) {
      const [height = 0, width = 0, ...expected] = fallbacks.slice(i, i + 6);
      const box = fallbackBox({ height, width }, ratio);
      expect([box.top, box.left, box.height, box.width]).toEqual(expected);
    }
  });

  it('perspective: coefficients (torchvision solves in float32)', () => {
    const { startpoints, endpoints, coefficients } = named('perspective_bilinear')
      .params as unknown as Params;
    const found = perspectiveCoefficients(startpoints, endpoints);
    expect(found).toHaveLength(coefficients.length);
    found.forEach((value, i) => {
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
    const rotated = imagesOf(outputs['images'] as GoldenArray);
    expect(rotated).toHaveLength(4 * images.length);
    // RotNet's case says by how many quarter turns; S4L's has the same order.
    const turns = outputs['labels']?.data ?? rotated.map((_, row) => row % 4);
    rotated.forEach((expected, row) => {
      const result = rotate90(images[Math.floor(row / 4)] as FloatImage, turns[row] as number);
      expect(largestDifference(result, expected)).toBeLessThan(TOLERANCE);
    });
  });

  it('jigsaw_permutation', () => {
    const reference = named('jigsaw_permutation');
    const { inputs, outputs } = reference;
    const [grid, side] = [numberOf(reference, 'grid'), numberOf(reference, 'tile')];
    const result = permuteTiles(imageOf(inputs['image'] as GoldenArray), grid, arrayOf(inputs, 'perm'));
    expect(largestDifference(result, imageOf(outputs['image'] as GoldenArray))).toBe(0);
    const tiles = imagesOf(outputs['tiles'] as GoldenArray);
    expect(tiles).toHaveLength(grid * grid);
    tiles.forEach((expected, tile) => {
      const corner = { top: side * Math.floor(tile / grid), left: side * (tile % grid) };
      expect(largestDifference(crop(result, { ...corner, height: side, width: side }), expected)).toBe(0);
    });
  });
});

function named(name: string): GoldenCase {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no golden case "${name}"`);
  return found;
}

function arrayOf(arrays: Readonly<Record<string, GoldenArray>>, name: string): readonly number[] {
  return (arrays[name] as GoldenArray).data;
}
