import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';

import type { ImageSamples } from './image-samples.ts';
import { measureRange, parseRange } from './value-range.ts';

function imagesOf(...data: ImageSamples['data'][]) {
  const read: number[] = [];
  const images = {
    length: data.length,
    read(index: number): ImageSamples {
      read.push(index);
      const own = data[index] as ImageSamples['data'];
      return { height: 1, width: own.length, channels: 1, data: own };
    },
    placeOf: (index: number) => `file ${index}`,
  };
  return { images, read };
}

describe('measureRange', () => {
  it('is [0, 255] for uint8, whatever the values', async () => {
    expect(await measureRange(imagesOf(Uint8Array.of(3, 9), Uint8Array.of(7)).images)).toEqual([0, 255]);
  });

  it('is the least and the greatest value of uint16 and float32', async () => {
    expect(await measureRange(imagesOf(Uint16Array.of(70, 9), Uint16Array.of(4095)).images)).toEqual([
      9, 4095,
    ]);
    expect(await measureRange(imagesOf(Float32Array.of(0.5), Float32Array.of(-2, 0)).images)).toEqual([
      -2, 0.5,
    ]);
  });

  it('looks at images spread evenly over the set', async () => {
    const { images, read } = imagesOf(...Array.from({ length: 10 }, (_, i) => Uint16Array.of(i, 100)));
    expect(await measureRange(images, 4)).toEqual([0, 100]);
    expect(read).toEqual([0, 2, 5, 7]);
  });

  it.each([
    [[], 'there is no image'],
    [
      [Uint16Array.of(5, 5), Uint16Array.of(5)],
      'all values of the 2 images looked at are 5: give the range with --range',
    ],
    [
      [Float32Array.of(1, 2), Float32Array.of(1, NaN)],
      'file 1: expected finite numbers, got NaN at row 0, column 1, channel 0',
    ],
    [[Float32Array.of(-Infinity, 2)], 'file 0: expected finite numbers, got -Infinity'],
    [
      [Uint16Array.of(1), Uint8Array.of(1)],
      'expected images of one type, got uint16 (file 0) and uint8 (file 1)',
    ],
  ])('refuses %j', async (data, message) => {
    const error: unknown = await measureRange(imagesOf(...data).images).catch((reason: unknown) => reason);
    expect(isUserError(error)).toBe(true);
    expect(String(error)).toContain(message);
  });
});

describe('parseRange', () => {
  it.each([
    ['0,4095', [0, 4095]],
    [' -1.5 , 1e3 ', [-1.5, 1000]],
  ])('reads %j', (text, range) => {
    expect(parseRange(text)).toEqual(range);
  });

  it.each([
    ['', 'expected two numbers LOW,HIGH, such as 0,4095, got ""'],
    ['5', 'got "5"'],
    ['1,2,3', 'got "1,2,3"'],
    ['0,high', 'got "0,high"'],
    [',5', 'got ",5"'],
    ['0,Infinity', 'got "0,Infinity"'],
    ['7,7', 'expected LOW below HIGH, got 7 twice'],
    ['9,3', 'expected LOW below HIGH, got 9,3: did you mean 3,9?'],
  ])('refuses %j', (text, message) => {
    expect(() => parseRange(text)).toThrow(message);
    try {
      parseRange(text);
    } catch (error) {
      expect(isUserError(error)).toBe(true);
    }
  });
});
