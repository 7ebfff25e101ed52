import { UserError } from '@ssl/errors';

import { bytesPerValue, valuesIn, type ValueType } from '../value-types.ts';
import { describeImageArray, imageOfArray } from './image-array.ts';
import type { NpyArray } from './npy.ts';

/** An array as samples of one shape, packed. */
export interface ArraySamples {
  /** `image` for `[n, height, width, channels]` and `[n, height, width]`, otherwise `array`. */
  readonly modality: 'image' | 'array';
  readonly length: number;
  /** Of one sample; images have their channels last. */
  readonly shape: readonly number[];
  /** As images are kept (`describeImageArray`); float32 for all else. */
  readonly valueType: ValueType;
  /** All samples, one after the other, for threads to share. */
  readonly buffer: SharedArrayBuffer;
}

/**
 * Reads an array as samples: one of three or four axes holds images, `[n, height, width]` or
 * `[n, height, width, channels]`; one of two, or of more than four, holds arrays of numbers, `[n, …]`.
 *
 * @param name what to call the array in errors
 * @throws UserError if it holds no sample, is a list of single numbers, no array of images that has their axes (see
 * `describeImageArray`), or holds NaN or infinity
 */
export function samplesOfArray(array: NpyArray, name: string): ArraySamples {
  const { shape, dtype } = array;
  if (shape.length < 2) {
    throw new UserError(
      `${name}: expected images [n, height, width, channels] or [n, height, width], or arrays [n, …], got ${dtype} [${shape.join(', ')}]`,
    );
  }
  return shape.length === 3 || shape.length === 4 ? images(array, name) : arrays(array, name);
}

function images(array: NpyArray, name: string): ArraySamples {
  const layout = describeImageArray(array.shape, array.dtype, name);
  const { length, height, width, channels, sampleType } = layout;
  const size = height * width * channels;
  const buffer = new SharedArrayBuffer(length * size * bytesPerValue(sampleType));
  const values = valuesIn(buffer, sampleType, 0, length * size);
  for (let index = 0; index < length; index++) {
    values.set(imageOfArray(array, layout, index, name).data, index * size);
  }
  return { modality: 'image', length, shape: [height, width, channels], valueType: sampleType, buffer };
}

function arrays({ shape: [length = 0, ...shape], dtype, data }: NpyArray, name: string): ArraySamples {
  if (data.length === 0) {
    throw new UserError(
      `${name}: expected at least one sample with values, got ${dtype} [${[length, ...shape].join(', ')}]`,
    );
  }
  const buffer = new SharedArrayBuffer(data.length * 4);
  const values = new Float32Array(buffer);
  for (let at = 0; at < values.length; at++) values[at] = Number(data[at]);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const size = data.length / length;
    throw new UserError(
      `${name}: expected finite float32 numbers, got ${String(data[bad])} in sample ${Math.floor(bad / size)} at value ${bad % size}: ` +
        'replace such values (numpy.nan_to_num) or leave the sample out',
    );
  }
  return { modality: 'array', length, shape, valueType: 'float32', buffer };
}
