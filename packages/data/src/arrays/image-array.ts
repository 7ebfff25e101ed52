import { UserError } from '@ssl/errors';

import { checkFinite, type ImageSamples } from '../formats/image-samples.ts';
import type { NpyArray } from './npy.ts';
import type { NpyDtype } from './npy-header.ts';

/** How an array is read as images. */
export interface ImageArrayLayout {
  /** Number of images. */
  readonly length: number;
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  readonly channels: number;
  /** Type of the samples that {@link imageOfArray} gives. */
  readonly sampleType: 'uint8' | 'uint16' | 'float32';
}

/** Integers of 32 bits and float64 are rounded to float32; those of 64 bits are most often labels. */
const sampleTypes: Partial<Record<NpyDtype, ImageArrayLayout['sampleType']>> = {
  bool: 'uint8',
  uint8: 'uint8',
  uint16: 'uint16',
  uint32: 'float32',
  int8: 'float32',
  int16: 'float32',
  int32: 'float32',
  float16: 'float32',
  float32: 'float32',
  float64: 'float32',
};

const layouts = '[n, height, width, channels] or [n, height, width] (1 channel)';

/**
 * Says how an array is read as images: `[n, height, width, channels]`, or `[n, height, width]` with one channel.
 * uint8 and uint16 are kept; bool becomes 0 and 255 of uint8; other numbers become float32 (which holds integers exactly
 * up to 2²⁴, and rounds float64).
 *
 * @param name what to call the array in errors
 * @throws UserError if the shape or the dtype is not that of images: another rank, an empty axis, channels first, a single
 * image, integers of 64 bits
 */
export function describeImageArray(
  shape: readonly number[],
  dtype: NpyDtype,
  name = 'images',
): ImageArrayLayout {
  const found = `${dtype} [${shape.join(', ')}]`;
  const [length = 0, height = 0, width = 0, channels = 1] = shape;
  if (shape.length !== 3 && shape.length !== 4) {
    const hint = shape.length === 2 ? ': give each row its height and width with reshape' : '';
    throw new UserError(`${name}: expected an array of images ${layouts}, got ${found}${hint}`);
  }
  if (shape.includes(0))
    throw new UserError(`${name}: expected at least one image with pixels, got ${found}`);
  const isFew = (dimension: number): boolean => dimension === 1 || dimension === 3 || dimension === 4;
  if (shape.length === 4 && isFew(height) && width > 4 && channels > 4) {
    throw new UserError(
      `${name}: expected channels last, ${layouts}, got ${found}: move them with numpy.moveaxis(images, 1, -1)`,
    );
  }
  if (shape.length === 3 && isFew(width) && height > 4) {
    throw new UserError(
      `${name}: expected an array of images ${layouts}, got ${found}, which looks like one image: stack many with numpy.stack`,
    );
  }
  const sampleType = sampleTypes[dtype];
  if (sampleType === undefined) {
    throw new UserError(
      `${name}: expected uint8, uint16 or float32 images, got ${found}: convert them with astype`,
    );
  }
  return { length, height, width, channels, sampleType };
}

/**
 * One image of an array that {@link describeImageArray} described. Its samples share the array's memory where the array
 * has the type of the layout.
 *
 * @param name what to call the array in errors
 * @throws UserError that names the pixel if a sample is NaN or infinite
 */
export function imageOfArray(
  { dtype, data }: NpyArray,
  { height, width, channels, sampleType }: ImageArrayLayout,
  index: number,
  name = 'images',
): ImageSamples {
  const size = height * width * channels;
  const part = data.subarray(index * size, (index + 1) * size);
  const image = {
    height,
    width,
    channels,
    data: samplesOf(part as Exclude<typeof part, BigInt64Array | BigUint64Array>, dtype),
  };
  if (sampleType === 'float32') checkFinite(image, `${name}, image ${index}`);
  return image;
}

function samplesOf(
  part: Exclude<NpyArray['data'], BigInt64Array | BigUint64Array>,
  dtype: NpyDtype,
): ImageSamples['data'] {
  if (dtype === 'bool') return Uint8Array.from(part, (value) => (value === 0 ? 0 : 255));
  if (part instanceof Uint8Array || part instanceof Uint16Array || part instanceof Float32Array) return part;
  return Float32Array.from(part);
}
