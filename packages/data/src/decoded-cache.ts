import type { ImageSample, RawImage, Sample } from '@ssl/augment';

import { byteImage } from './byte-image.ts';
import { checkIndex, type Dataset } from './dataset.ts';

/** Memory for decoded images, which can be sent to workers: all see the same. */
export interface DecodedCacheMemory {
  /** Heights and widths of the images, `[2 × length]`. */
  readonly sizes: Uint32Array;
  readonly channels: number;
  /** Bytes of the images one after the other, as many images as fit. */
  readonly bytes: Uint8Array;
  /** For each image: 0 absent, 1 being written, 2 there. In a `SharedArrayBuffer`. */
  readonly states: Int32Array;
}

/** Keeps decoded images. An image that is being written elsewhere counts as absent. */
export interface DecodedCache {
  get(index: number): RawImage | undefined;
  /** Keeps `image`, where there is room for it. */
  put(index: number, image: RawImage): void;
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
): DecodedCacheMemory {
  const ends = endsOf(sizes, channels);
  const bytes = ends.findLast((end) => end <= limitBytes) ?? 0;
  return {
    sizes,
    channels,
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
export function createDecodedCache({ sizes, channels, bytes, states }: DecodedCacheMemory): DecodedCache {
  const ends = endsOf(sizes, channels);
  const place = (index: number): Uint8Array | undefined => {
    const end = ends[index] as number;
    return end <= bytes.length ? bytes.subarray(index === 0 ? 0 : ends[index - 1], end) : undefined;
  };
  return {
    get(index) {
      if (Atomics.load(states, index) !== present) return undefined;
      const data = place(index) as Uint8Array;
      return { height: sizes[2 * index] as number, width: sizes[2 * index + 1] as number, channels, data };
    },
    put(index, image) {
      const data = place(index);
      // A file that was replaced since the set was opened may have another size.
      if (image.height !== sizes[2 * index] || image.width !== sizes[2 * index + 1] || !data) return;
      if (Atomics.compareExchange(states, index, absent, beingWritten) !== absent) return;
      data.set(image.data);
      Atomics.store(states, index, present);
    },
  };
}

/** What the cache can keep: an 8-bit image. */
function isByteImage(sample: Sample): sample is ImageSample & RawImage {
  return (sample as Partial<ImageSample>).data instanceof Uint8Array;
}

/** `dataset` of 8-bit images, each of which is decoded once, as far as the memory reaches. */
export function withDecodedCache(dataset: Dataset, memory: DecodedCacheMemory): Dataset {
  const cache = createDecodedCache(memory);
  return {
    ...dataset,
    async read(index) {
      checkIndex(`${dataset.name}: read`, index, dataset.length);
      const cached = cache.get(index);
      if (cached) return byteImage(cached);
      const sample = await dataset.read(index);
      if (isByteImage(sample)) cache.put(index, sample);
      return sample;
    },
  };
}

/** Where each image ends, were they all one after the other. */
function endsOf(sizes: Uint32Array, channels: number): Float64Array {
  let end = 0;
  return Float64Array.from({ length: sizes.length / 2 }, (_, index) => {
    end += (sizes[2 * index] as number) * (sizes[2 * index + 1] as number) * channels;
    return end;
  });
}
