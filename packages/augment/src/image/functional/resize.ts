import type { Box, FloatImage, RawImage } from '../image.ts';
import { createImage } from '../image.ts';
import { axisWeights, type AxisWeights, type Interpolation } from './axis-weights.ts';
import { crop } from './crop.ts';

/** How an image is resized. */
export interface ResizeOptions {
  /** Default `bilinear`. */
  readonly interpolation?: Interpolation;
  /** Widens the filter when shrinking, so that fine patterns do not alias. Default `true`. */
  readonly antialias?: boolean;
  /** Clamps what `bicubic` overshoots at edges to [0, 1], as torchvision does with 8-bit images. Default `false`. */
  readonly clamp?: boolean;
}

/**
 * Resizes to exactly `[height, width]`. `bicubic` overshoots at edges, by up to about a tenth.
 *
 * Source: torchvision.transforms.v2.functional.resize on float tensors.
 */
export function resize(
  image: FloatImage,
  [height, width]: readonly [number, number],
  { interpolation = 'bilinear', antialias = true, clamp = false }: ResizeOptions = {},
): FloatImage {
  const narrowed = width === image.width ? image : resizeColumns(image, width, interpolation, antialias);
  const resized = height === image.height ? narrowed : resizeRows(narrowed, height, interpolation, antialias);
  if (clamp && interpolation === 'bicubic' && resized !== image) clampToUnit(resized.data);
  return resized;
}

/** In place: the array is still ours alone. */
function clampToUnit(data: Float32Array): void {
  for (let i = 0; i < data.length; i++) {
    const sample = data[i] as number;
    if (sample < 0) data[i] = 0;
    else if (sample > 1) data[i] = 1;
  }
}

/**
 * Cuts a box out of an image and resizes it to `[height, width]`.
 *
 * Source: torchvision.transforms.v2.functional.resized_crop.
 */
export function resizedCrop(
  image: RawImage | FloatImage,
  box: Box,
  size: readonly [number, number],
  options?: ResizeOptions,
): FloatImage {
  return resize(crop(image, box), size, options);
}

/**
 * The size of an image whose shorter side becomes `size`, its proportions kept.
 *
 * Source: torchvision's `_compute_resized_output_size`.
 *
 * @returns `[height, width]`
 */
export function shorterSideSize(
  image: { readonly height: number; readonly width: number },
  size: number,
): readonly [number, number] {
  const { height, width } = image;
  return height <= width
    ? [size, Math.trunc((size * width) / height)]
    : [Math.trunc((size * height) / width), size];
}

function resizeColumns(image: FloatImage, width: number, interpolation: Interpolation, antialias: boolean) {
  const axis = axisWeights(image.width, width, interpolation, antialias);
  const result = createImage(image.height, width, image.channels);
  if (image.channels === 3) sampleRgbColumns(image, axis, result);
  else sampleColumns(image, axis, result);
  return result;
}

function sampleColumns(image: FloatImage, { taps, first, weights }: AxisWeights, result: FloatImage): void {
  const { channels, data: source } = image;
  const { height, width, data: target } = result;
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * image.width + (first[x] as number)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) {
          sum += (weights[x * taps + tap] as number) * (source[from + tap * channels + channel] as number);
        }
        target[to++] = sum;
      }
    }
  }
}

function sampleRgbColumns(
  image: FloatImage,
  { taps, first, weights }: AxisWeights,
  result: FloatImage,
): void {
  const { data: source } = image;
  const { height, width, data: target } = result;
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let from = (y * image.width + (first[x] as number)) * 3;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = x * taps; tap < (x + 1) * taps; tap++, from += 3) {
        const weight = weights[tap] as number;
        red += weight * (source[from] as number);
        green += weight * (source[from + 1] as number);
        blue += weight * (source[from + 2] as number);
      }
      target[to++] = red;
      target[to++] = green;
      target[to++] = blue;
    }
  }
}

function resizeRows(image: FloatImage, height: number, interpolation: Interpolation, antialias: boolean) {
  const { taps, first, weights } = axisWeights(image.height, height, interpolation, antialias);
  const { data: source } = image;
  const result = createImage(height, image.width, image.channels);
  const { data: target } = result;
  const samples = image.width * image.channels;
  for (let y = 0; y < height; y++) {
    const to = y * samples;
    const row = (first[y] as number) * samples;
    // Two source rows at a time, which saves reading and writing the result once for each.
    for (let tap = 0; tap < taps; tap += 2) {
      const weight = weights[y * taps + tap] as number;
      const from = row + tap * samples;
      const hasNext = tap + 1 < taps;
      const nextWeight = hasNext ? (weights[y * taps + tap + 1] as number) : 0;
      const next = hasNext ? from + samples : from;
      if (tap === 0) {
        for (let i = 0; i < samples; i++) {
          target[to + i] = weight * (source[from + i] as number) + nextWeight * (source[next + i] as number);
        }
      } else {
        for (let i = 0; i < samples; i++) {
          target[to + i] =
            (target[to + i] as number) +
            weight * (source[from + i] as number) +
            nextWeight * (source[next + i] as number);
        }
      }
    }
  }
  return result;
}
