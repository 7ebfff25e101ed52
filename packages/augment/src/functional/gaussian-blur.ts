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
  // One mirrored row at a time: the loops below then run over neighbouring samples without a look-up.
  const row = new Float64Array((width + 2 * radius) * channels);
  const samples = width * channels;
  for (let y = 0; y < height; y++) {
    for (let x = 0, to = 0; x < columns.length; x++) {
      const from = y * samples + (columns[x] as number) * channels;
      for (let channel = 0; channel < channels; channel++) row[to++] = source[from + channel] as number;
    }
    for (let i = 0; i < samples; i++) {
      const middle = i + radius * channels;
      let sum = (weights[0] as number) * (row[middle] as number);
      for (let distance = 1, offset = channels; distance <= radius; distance++, offset += channels) {
        sum +=
          (weights[distance] as number) *
          ((row[middle - offset] as number) + (row[middle + offset] as number));
      }
      result.data[y * samples + i] = sum;
    }
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
    const middle = y * samples;
    const middleWeight = weights[0] as number;
    for (let i = 0; i < samples; i++) sums[i] = middleWeight * (source[middle + i] as number);
    for (let distance = 1; distance <= radius; distance++) {
      const weight = weights[distance] as number;
      const above = (rows[y + radius - distance] as number) * samples;
      const below = (rows[y + radius + distance] as number) * samples;
      for (let i = 0; i < samples; i++) {
        sums[i] =
          (sums[i] as number) + weight * ((source[above + i] as number) + (source[below + i] as number));
      }
    }
    result.data.set(sums, y * samples);
  }
  return result;
}
