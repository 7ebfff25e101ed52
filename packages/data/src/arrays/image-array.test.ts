import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';

import { describeImageArray, imageOfArray } from './image-array.ts';
import type { NpyArray } from './npy.ts';

describe('describeImageArray', () => {
  it('reads [n, h, w, c] and [n, h, w]', () => {
    const layout = { length: 10, height: 48, width: 80, sampleType: 'uint8' };
    expect(describeImageArray([10, 48, 80, 13], 'uint8')).toEqual({ ...layout, channels: 13 });
    expect(describeImageArray([10, 48, 80], 'uint8')).toEqual({ ...layout, channels: 1 });
  });

  it.each([
    ['bool', 'uint8'],
    ['uint16', 'uint16'],
    ['int16', 'float32'],
    ['int32', 'float32'],
    ['float16', 'float32'],
    ['float64', 'float32'],
  ] as const)('gives the samples of %s as %s', (dtype, sampleType) => {
    expect(describeImageArray([2, 3, 5, 1], dtype).sampleType).toBe(sampleType);
  });

  it.each([
    [[100, 784], 'uint8', 'got uint8 [100, 784]: give each row its height and width with reshape'],
    [
      [9],
      'uint8',
      'x.npy: expected an array of images [n, height, width, channels] or [n, height, width] (1 channel), got uint8 [9]',
    ],
    [[2, 3, 4, 5, 6], 'float32', 'got float32 [2, 3, 4, 5, 6]'],
    [[], 'float32', 'got float32 []'],
    [[0, 28, 28], 'uint8', 'expected at least one image with pixels, got uint8 [0, 28, 28]'],
    [[10, 3, 32, 32], 'uint8', 'expected channels last'],
    [[10, 1, 48, 80], 'uint8', 'expected channels last'],
    [[32, 32, 3], 'uint8', 'looks like one image'],
    [[10, 8, 8], 'int64', 'expected uint8, uint16 or float32 images, got int64 [10, 8, 8]'],
  ] as const)('refuses %j of %s', (shape, dtype, message) => {
    try {
      describeImageArray(shape, dtype, 'x.npy');
      expect.unreachable();
    } catch (error) {
      expect(isUserError(error)).toBe(true);
      expect(String(error)).toContain(message);
    }
  });
});

describe('imageOfArray', () => {
  function image(array: NpyArray, index: number) {
    return imageOfArray(array, describeImageArray(array.shape, array.dtype), index, 'x.npy');
  }

  it('gives one image, in the memory of the array', () => {
    const data = Uint16Array.from({ length: 24 }, (_, i) => i * 100);
    const second = image({ shape: [2, 2, 3, 2], dtype: 'uint16', data }, 1);
    expect(second).toEqual({ height: 2, width: 3, channels: 2, data: data.slice(12) });
    expect(second.data.buffer).toBe(data.buffer);
  });

  it('converts what is neither uint8, uint16 nor float32', () => {
    expect(image({ shape: [1, 1, 2], dtype: 'bool', data: Uint8Array.of(0, 1) }, 0).data).toEqual(
      Uint8Array.of(0, 255),
    );
    expect(image({ shape: [1, 1, 2], dtype: 'int16', data: Int16Array.of(-7, 300) }, 0).data).toEqual(
      Float32Array.of(-7, 300),
    );
    expect(image({ shape: [1, 1, 1], dtype: 'float64', data: Float64Array.of(0.1) }, 0).data).toEqual(
      Float32Array.of(0.1),
    );
  });

  it('names the place of NaN and infinity', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const data = new Float32Array(2 * 2 * 3 * 2);
      data[12 + (1 * 3 + 2) * 2 + 1] = value;
      const array: NpyArray = { shape: [2, 2, 3, 2], dtype: 'float32', data };
      expect(image(array, 0).data).toHaveLength(12);
      expect(() => image(array, 1)).toThrow(
        `x.npy, image 1: expected finite numbers, got ${value} at row 1, column 2, channel 1`,
      );
    }
  });
});
