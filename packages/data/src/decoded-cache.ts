import type { ImageSample } from '@ssl/augment';

import { checkIndex, type Dataset } from './dataset.ts';
import type { ImageSamples } from './formats/image-samples.ts';
import type { ValueRange } from './formats/value-range.ts';
import { bytesPerValue, valuesIn, valueTypeOf, type ValueType } from './value-types.ts';

/** Memory for decoded images, which can be sent to workers: all see the same. */
export interface DecodedCacheMemory {
  /** Heights and widths of the images, `[2 × length]`. */
  readonly sizes: Uint32Array;
  readonly channels: number;
  readonly valueType: ValueType;
  /** Bytes of the images one after the other, as many images as fit. */
  readonly bytes: Uint8Array;
  /** For each image: 0 absent, 1 being written, 2 there. In a `SharedArrayBuffer`. */
  readonly states: Int32Array;
}

/** Keeps decoded images. An image that is being written elsewhere counts as absent. */
export interface DecodedCache {
  get(index: number): ImageSamples | undefined;
  /** Keeps `image`, where there is room for it. */
  put(index: number, image: ImageSamples): void;
}

const absent = 0;
const beingWritten = 1;
const present = 2;

/**
 * Reserves memory for the first images whose bytes fit into `limitBytes` together. The operating system provides
 * it only as it is written to.
 *
 * @param sizes heights and widths of all images, `[2 × length]`
 */
export function allocateDecodedCache(
  sizes: Uint32Array,
  channels: number,
  limitBytes: number,
  valueType: ValueType = 'uint8',
): DecodedCacheMemory {
  const ends = endsOf(sizes, channels * bytesPerValue(valueType));
  const bytes = ends.findLast((end) => end <= limitBytes) ?? 0;
  return {
    sizes,
    channels,
    valueType,
    bytes: new Uint8Array(reserve(bytes)),
    states: new Int32Array(new SharedArrayBuffer(4 * (sizes.length / 2))),
  };
}

/** A machine that has not so much memory to give does without the cache. */
function reserve(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch {
    return new SharedArrayBuffer(0);
  }
}

/** A cache over memory of this thread's or another's. */
export function createDecodedCache(memory: DecodedCacheMemory): DecodedCache {
  const { sizes, channels, valueType, bytes, states } = memory;
  const ends = endsOf(sizes, channels * bytesPerValue(valueType));
  const place = (index: number): ImageSamples['data'] | undefined => {
    const [start, end] = [index === 0 ? 0 : (ends[index - 1] as number), ends[index] as number];
    if (end > bytes.length) return undefined;
    return valuesIn(bytes.buffer, valueType, start, (end - start) / bytesPerValue(valueType));
  };
  return {
    get(index) {
      if (Atomics.load(states, index) !== present) return undefined;
      const data = place(index) as ImageSamples['data'];
      return { height: sizes[2 * index] as number, width: sizes[2 * index + 1] as number, channels, data };
    },
    put(index, image) {
      const data = place(index);
      // A file that was replaced since the set was opened may be another image.
      const isAsBefore =
        image.height === sizes[2 * index] &&
        image.width === sizes[2 * index + 1] &&
        image.channels === channels &&
        valueTypeOf(image.data) === valueType;
      if (!isAsBefore || !data) return;
      if (Atomics.compareExchange(states, index, absent, beingWritten) !== absent) return;
      data.set(image.data);
      Atomics.store(states, index, present);
    },
  };
}

/**
 * `dataset` of images, each of which is decoded once, as far as the memory reaches.
 *
 * @param range of every image
 */
export function withDecodedCache(
  dataset: Dataset,
  memory: DecodedCacheMemory,
  range: ValueRange = [0, 255],
): Dataset {
  const cache = createDecodedCache(memory);
  return {
    ...dataset,
    async read(index) {
      checkIndex(`${dataset.name}: read`, index, dataset.length);
      const cached = cache.get(index);
      if (cached) {
        const image: ImageSample = { modality: 'image', ...cached, range };
        return image;
      }
      const sample = await dataset.read(index);
      cache.put(index, sample as ImageSample);
      return sample;
    },
  };
}

/** Where each image ends in bytes, were they all one after the other. */
function endsOf(sizes: Uint32Array, bytesPerPixel: number): Float64Array {
  let end = 0;
  return Float64Array.from({ length: sizes.length / 2 }, (_, index) => {
    end += (sizes[2 * index] as number) * (sizes[2 * index + 1] as number) * bytesPerPixel;
    return end;
  });
}
