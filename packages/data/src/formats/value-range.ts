import { UserError } from '@ssl/errors';

import { checkFinite, type ImageSamples } from './image-samples.ts';

/** The values that stand for 0 and 1: `[low, high]`. */
export type ValueRange = readonly [low: number, high: number];

/** Images to measure, by index. */
export interface MeasurableImages {
  readonly length: number;
  read(index: number): ImageSamples | Promise<ImageSamples>;
  /** What to call an image in errors. Default `image 17`. */
  placeOf?(index: number): string;
}

/**
 * The range of the values of images: `[0, 255]` for uint8; for uint16 and float32 the least and the greatest value of up
 * to `most` images, spread evenly over the set. The same images give the same range.
 *
 * @param most images to read at most (default 1000)
 * @throws UserError if there is no image, images differ in type, a value is NaN or infinite, or all values are the same
 */
export async function measureRange(images: MeasurableImages, most = 1000): Promise<ValueRange> {
  if (images.length === 0) throw new UserError('cannot measure the range of values: there is no image');
  const placeOf = (index: number): string => images.placeOf?.(index) ?? `image ${index}`;
  const count = Math.min(images.length, most);
  let type: string | undefined;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < count; i++) {
    const index = Math.floor((i * images.length) / count);
    const image = await images.read(index);
    const ownType = typeName(image.data);
    type ??= ownType;
    if (ownType !== type) {
      throw new UserError(
        `expected images of one type, got ${type} (${placeOf(0)}) and ${ownType} (${placeOf(index)}): convert one of them`,
      );
    }
    checkFinite(image, placeOf(index));
    for (const value of image.data) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (type === 'uint8') return [0, 255];
  if (low === high) {
    throw new UserError(
      `cannot measure the range of values: all values of the ${count} images looked at are ${low}: give the range with --range LOW,HIGH`,
    );
  }
  return [low, high];
}

/**
 * Parses a range as it stands on the command line: `0,4095`.
 *
 * @throws UserError if it is not two numbers, the first less than the second
 */
export function parseRange(text: string): ValueRange {
  const parts = text.split(',').map((part) => part.trim());
  const [low = NaN, high = NaN] = parts.map((part) => (part === '' ? NaN : Number(part)));
  if (parts.length !== 2 || !Number.isFinite(low) || !Number.isFinite(high)) {
    throw new UserError(`--range: expected two numbers LOW,HIGH, such as 0,4095, got "${text}"`);
  }
  if (low === high) throw new UserError(`--range: expected LOW below HIGH, got ${low} twice`);
  if (low > high)
    throw new UserError(`--range: expected LOW below HIGH, got ${low},${high}: did you mean ${high},${low}?`);
  return [low, high];
}

function typeName(data: ImageSamples['data']): 'uint8' | 'uint16' | 'float32' {
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Uint16Array ? 'uint16' : 'float32';
}
