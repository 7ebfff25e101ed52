import type { FloatImage } from '../image.ts';
import { createImage } from '../image.ts';
import { reflectedIndices } from './pad.ts';

/**
 * Blurs with a Gaussian of `kernelSize` pixels (odd; one number or `[x, y]`) and standard deviation `sigma`
 * pixels (one number or `[x, y]`). Borders mirror without repeating the edge pixel.
 *
 * Weights below 1e-9 of the largest are left out, which a float32 image cannot show.
 *
 * Source: torchvision.transforms.v2.functional.gaussian_blur.
 *
 * @throws RangeError if the kernel is not odd, or half of it is not smaller than the side of the image
 */
export function gaussianBlur(
  image: FloatImage,
  kernelSize: number | readonly [number, number],
  sigma: number | readonly [number, number],
): FloatImage {
  const [kernelX, kernelY] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
  const [sigmaX, sigmaY] = typeof sigma === 'number' ? [sigma, sigma] : sigma;
  checkKernel(kernelX, image.width);
  checkKernel(kernelY, image.height);
  return blurRows(blurColumns(image, halfKernel(kernelX, sigmaX)), halfKernel(kernelY, sigmaY));
}

function checkKernel(kernelSize: number, side: number): void {
  if (!Number.isInteger(kernelSize) || kernelSize % 2 !== 1 || kernelSize < 1) {
    throw new RangeError(`gaussianBlur: kernelSize must be odd and positive, got ${kernelSize}`);
  }
  if ((kernelSize - 1) / 2 >= side) {
    throw new RangeError(
      `gaussianBlur: a kernel of ${kernelSize} needs sides of at least ${(kernelSize + 1) / 2}, got ${side}`,
    );
  }
}

/** The middle weight and those to one side of it, normalised as if to both sides. */
function halfKernel(kernelSize: number, sigma: number): Float64Array {
  const weights: number[] = [1];
  for (let distance = 1; distance <= (kernelSize - 1) / 2; distance++) {
    const weight = Math.exp(-0.5 * (distance / sigma) ** 2);
    if (weight < 1e-9) break;
    weights.push(weight);
  }
  const sum = 2 * weights.reduce((total, weight) => total + weight) - 1;
  return Float64Array.from(weights, (weight) => weight / sum);
}

function blurColumns(image: FloatImage, weights: Float64Array): FloatImage {
  const radius = weights.length - 1;
  if (radius === 0) return image;
  const { height, width, channels, data: source } = image;
  const columns = reflectedIndices(width, radius);
  const result = createImage(height, width, channels);
  const samples = width * channels;
  // One mirrored row at a time: all loops then run over neighbouring samples, without a look-up.
  const row = new Float32Array(columns.length * channels);
  const sums = new Float64Array(samples);
  for (let y = 0; y < height; y++) {
    for (let x = 0, to = 0; x < columns.length; x++) {
      const from = y * samples + (columns[x] as number) * channels;
      for (let channel = 0; channel < channels; channel++) row[to++] = source[from + channel] as number;
    }
    const middle = radius * channels;
    startSums(sums, row, middle, weights[0] as number);
    for (let distance = 1; distance <= radius; distance++) {
      const offset = distance * channels;
      addToSums(sums, row, middle - offset, middle + offset, weights[distance] as number);
    }
    for (let i = 0; i < samples; i++) result.data[y * samples + i] = sums[i] as number;
  }
  return result;
}

function blurRows(image: FloatImage, weights: Float64Array): FloatImage {
  const radius = weights.length - 1;
  if (radius === 0) return image;
  const { height, width, channels, data: source } = image;
  const rows = reflectedIndices(height, radius);
  const result = createImage(height, width, channels);
  const samples = width * channels;
  const sums = new Float64Array(samples);
  for (let y = 0; y < height; y++) {
    startSums(sums, source, y * samples, weights[0] as number);
    for (let distance = 1; distance <= radius; distance++) {
      const above = (rows[y + radius - distance] as number) * samples;
      const below = (rows[y + radius + distance] as number) * samples;
      addToSums(sums, source, above, below, weights[distance] as number);
    }
    for (let i = 0; i < samples; i++) result.data[y * samples + i] = sums[i] as number;
  }
  return result;
}

function startSums(sums: Float64Array, source: Float32Array, from: number, weight: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = weight * (source[from + i] as number);
}

function addToSums(
  sums: Float64Array,
  source: Float32Array,
  before: number,
  after: number,
  weight: number,
): void {
  for (let i = 0; i < sums.length; i++) {
    sums[i] = (sums[i] as number) + weight * ((source[before + i] as number) + (source[after + i] as number));
  }
}
