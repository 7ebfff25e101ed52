import { describe, expect, it } from 'vitest';
import {
  imageOf,
  numberOf,
  readGoldenCases,
  type GoldenArray,
  type GoldenCase,
} from '../fixtures/golden.testing.ts';
import {
  gaussianBlur,
  grayscale,
  resize,
  solarize,
  toFloatImage,
  toRawImage,
  type FloatImage,
} from '../index.ts';

/** Pillow computes in bytes and rounds after each pass; what is said here of the differences holds for any picture. */
const reference = readGoldenCases('augment32.json').find(
  ({ name }) => name === 'pil_informational',
) as GoldenCase;
const bytes = imageOf(reference.inputs['image'] as GoldenArray);
const image = toFloatImage({ ...bytes, data: Uint8Array.from(bytes.data) });
/** Rounding to bytes, in levels. */
const rounding = 0.5;

describe('Pillow, on which older recipes were tuned', () => {
  it.each([
    ['resizeBilinear', 'bilinear'],
    ['resizeBicubic', 'bicubic'],
  ] as const)('%s: resizes like us, with bytes between the columns and the rows', (output, interpolation) => {
    const { height, width } = outputOf(output);
    const options = { interpolation, clamp: true };
    const columns = toBytes(resize(image, [image.height, width], options));
    const resized = toBytes(resize(scaled(columns, 1 / 255), [height, width], options));
    expect(largestDifference(resized, outputOf(output))).toBeLessThanOrEqual(1);
  });

  it('solarises like us', () => {
    // Between two bytes, so that it does not matter how the threshold is rounded.
    const solarized = toBytes(solarize(image, (128 - rounding) / 255));
    expect(largestDifference(solarized, outputOf('solarize128'))).toBe(0);
  });

  it('has a grey that differs in the last bit: weights .299 .587 .114', () => {
    const grey = toBytes(grayscale(image, 1));
    expect(largestDifference(grey, outputOf('grayscaleL'))).toBeLessThanOrEqual(1);
  });

  it('blurs by three boxes and repeats the edge; only inside the image is that near our Gaussian', () => {
    const sigma = numberOf(reference, 'blurRadius');
    const box = boxWeights(sigma);
    const boxes = [0, 1, 2].reduce(
      (blurred) => averageRows(averageColumns(blurred, box), box),
      scaled(image, 255),
    );
    expect(largestDifference(boxes, outputOf('gaussianBlur'))).toBeLessThanOrEqual(6 * rounding);

    const kernel = gaussianWeights(sigma);
    const threeBoxes = convolve(convolve(box, box), box);
    const border = (Math.max(kernel.length, threeBoxes.length) - 1) / 2;
    const blurred = scaled(gaussianBlur(image, kernel.length, sigma), 255);
    // Images in [0, 255] differ most where all the weights that one kernel has more are on 255, the others on 0.
    const furthest = 255 * excess(threeBoxes, kernel);
    expect(image.height > 2 * border && image.width > 2 * border).toBe(true);
    expect(largestDifference(blurred, boxes, border)).toBeLessThanOrEqual(furthest);
    expect(largestDifference(blurred, outputOf('gaussianBlur'), border)).toBeLessThanOrEqual(
      furthest + 6 * rounding,
    );
  });
});

function outputOf(name: string): FloatImage {
  return imageOf(reference.outputs[name] as GoldenArray);
}

function scaled(source: FloatImage, factor: number): FloatImage {
  return { ...source, data: source.data.map((sample) => sample * factor) };
}

/** In whole levels from 0 to 255. */
function toBytes(source: FloatImage): FloatImage {
  return { ...source, data: Float32Array.from(toRawImage(source).data) };
}

/** The largest difference of two images of the same size, `border` pixels from the edge and further inside. */
function largestDifference(a: FloatImage, b: FloatImage, border = 0): number {
  expect([a.height, a.width, a.channels]).toEqual([b.height, b.width, b.channels]);
  let largest = 0;
  for (let y = border; y < a.height - border; y++) {
    for (let i = (y * a.width + border) * a.channels; i < (y * a.width + a.width - border) * a.channels; i++)
      largest = Math.max(largest, Math.abs((a.data[i] as number) - (b.data[i] as number)));
  }
  return largest;
}

/**
 * The box of which three have the variance σ²: whole pixels, and a share of one at both ends (Gwosdek et al., 2011,
 * as Pillow's BoxBlur.c uses it).
 */
function boxWeights(sigma: number): number[] {
  const variance = sigma ** 2 / 3;
  const whole = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
  const share =
    ((2 * whole + 1) * (whole * (whole + 1) - 3 * variance)) / (6 * (variance - (whole + 1) ** 2));
  return normalized([share, ...new Array<number>(2 * whole + 1).fill(1), share]);
}

/** A Gaussian to four σ. */
function gaussianWeights(sigma: number): number[] {
  const radius = Math.ceil(4 * sigma);
  return normalized(
    Array.from({ length: 2 * radius + 1 }, (_, at) => Math.exp(-((at - radius) ** 2) / (2 * sigma ** 2))),
  );
}

function normalized(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map((weight) => weight / sum);
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const result = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, x] of a.entries()) {
    for (const [j, y] of b.entries()) result[i + j] = (result[i + j] as number) + x * y;
  }
  return result;
}

/** Sum of what `a · aᵀ` has more than `b · bᵀ`, both centred. */
function excess(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  const at = (weights: readonly number[], i: number): number =>
    weights[i - (length - weights.length) / 2] ?? 0;
  let sum = 0;
  for (let y = 0; y < length; y++) {
    for (let x = 0; x < length; x++) sum += Math.max(0, at(a, y) * at(a, x) - at(b, y) * at(b, x));
  }
  return sum;
}

function averageColumns(source: FloatImage, weights: readonly number[]): FloatImage {
  return average(source, weights, 0, 1);
}

function averageRows(source: FloatImage, weights: readonly number[]): FloatImage {
  return average(source, weights, 1, 0);
}

/** Weighted mean over the neighbours in one direction; beyond the border its pixels repeat. */
function average(source: FloatImage, weights: readonly number[], stepY: number, stepX: number): FloatImage {
  const { height, width, channels, data } = source;
  const radius = (weights.length - 1) / 2;
  const inside = (position: number, length: number): number => Math.min(length - 1, Math.max(0, position));
  const result = Float32Array.from(data, (_, at) => {
    const pixel = Math.floor(at / channels);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return weights.reduce((sum, weight, tap) => {
      const row = inside(y + (tap - radius) * stepY, height);
      const column = inside(x + (tap - radius) * stepX, width);
      return sum + weight * (data[(row * width + column) * channels + (at % channels)] as number);
    }, 0);
  });
  return { ...source, data: result };
}
