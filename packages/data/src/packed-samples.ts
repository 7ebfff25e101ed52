import type { ArraySample, ImageSample, Sample, SampleSpec } from '@ssl/augment';

import { checkIndex, type DatasetSource, type Dataset, type SharedDataset } from './dataset.ts';
import { sampleRange } from './sample-range.ts';
import { valuesIn, type ValueType } from './value-types.ts';

/** Samples of one shape, uncompressed, one after the other in memory. */
export interface PackedSamples {
  /** Tells `attach` of this kind what it gets. */
  readonly kind: string;
  readonly name: string;
  readonly source: DatasetSource;
  readonly length: number;
  /** Images `[height, width, channels]`, or float32 arrays of any shape, by their `modality`. */
  readonly samples: SampleSpec;
  readonly valueType: ValueType;
  /** All values, in a `SharedArrayBuffer` so that workers read the same copy. */
  readonly buffer: ArrayBufferLike;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  readonly fingerprint: string;
}

/** A data set over samples of any depth that are all in memory. Workers share them. */
export function createPackedSamples(packed: PackedSamples): Dataset {
  const { name, source, length, samples, valueType, buffer, labels, classNames, fingerprint } = packed;
  const shape = samples.shape as readonly number[];
  const size = shape.reduce((product, axis) => product * axis, 1);
  const values = valuesIn(buffer, valueType, 0, length * size);
  const [height = 0, width = 0, channels = 0] = shape;
  const range = sampleRange(samples) ?? [0, 255];
  return {
    ...{ name, source, length, samples },
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    fingerprint,
    // async so that a wrong index rejects, as it does where reading takes time.
    read: async (index): Promise<Sample> => {
      checkIndex(`${name}: read`, index, length);
      const data = values.subarray(index * size, (index + 1) * size);
      if (samples.modality === 'image') {
        const image: ImageSample = { modality: 'image', height, width, channels, data, range };
        return image;
      }
      const array: ArraySample = { modality: 'array', shape, data: data as Float32Array };
      return array;
    },
    share: () => ({ ...packed }),
    close: () => Promise.resolve(),
  };
}

/** The data set that `createPackedSamples(…).share()` described. */
export function attachPackedSamples(shared: SharedDataset): Dataset {
  return createPackedSamples(shared as unknown as PackedSamples);
}
