import { byteImage } from './byte-image.ts';
import { checkIndex, type DatasetSource, type Dataset, type SharedDataset } from './dataset.ts';

/** Images of one size, uncompressed, one after the other in memory. */
export interface PackedImages {
  /** Tells `attach` of this kind what it gets. */
  readonly kind: string;
  readonly name: string;
  readonly source: DatasetSource;
  /** Everything; in a `SharedArrayBuffer` so that workers read the same copy. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Byte at which the first image's pixels begin. */
  readonly offset: number;
  /** Bytes from one image to the next. */
  readonly stride: number;
  /** Whether an image is stored channel by channel (CHW) rather than pixel by pixel (HWC). */
  readonly planar: boolean;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  readonly fingerprint: string;
}

/** A data set over images that are all in memory. Workers share the bytes. */
export function createPackedDataset(packed: PackedImages): Dataset {
  const { name, source, bytes, length, height, width, channels, offset, stride, planar, fingerprint } =
    packed;
  const { labels, classNames } = packed;
  const size = height * width * channels;
  return {
    name,
    source,
    length,
    samples: { modality: 'image', shape: [height, width, channels] },
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    fingerprint,
    // async so that a wrong index rejects, as it does where reading takes time.
    read: async (index) => {
      checkIndex(`${name}: read`, index, length);
      const start = offset + index * stride;
      const stored = bytes.subarray(start, start + size);
      return byteImage({
        height,
        width,
        channels,
        data: planar ? interleave(stored, channels) : stored.slice(),
      });
    },
    share: () => ({ ...packed }),
    close: () => Promise.resolve(),
  };
}

/** The data set that `createPackedDataset(…).share()` described. */
export function attachPackedDataset(shared: SharedDataset): Dataset {
  return createPackedDataset(shared as unknown as PackedImages);
}

/** CHW to HWC. */
function interleave(planes: Uint8Array, channels: number): Uint8Array {
  const pixels = planes.length / channels;
  const data = new Uint8Array(planes.length);
  for (let channel = 0, from = 0; channel < channels; channel++) {
    for (let to = channel, end = to + pixels * channels; to < end; to += channels)
      data[to] = planes[from++] as number;
  }
  return data;
}
