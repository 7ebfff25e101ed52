import { byteTextSpec, encodeText, type TokenSample } from '@ssl/augment';

import { checkIndex, type DatasetSource, type Dataset, type SharedDataset } from '../dataset.ts';

/** Texts one after the other in memory, as UTF-8. */
export interface PackedTexts {
  /** Tells `attach` of this kind what it gets. */
  readonly kind: string;
  readonly name: string;
  readonly source: DatasetSource;
  /** In a `SharedArrayBuffer` so that workers read the same copy. */
  readonly bytes: Uint8Array;
  /** Byte at which each text ends, `[length]`. */
  readonly ends: Float64Array;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  readonly fingerprint: string;
}

/** Texts one after the other in memory that workers can read, too. */
export function packTexts(texts: readonly Uint8Array[]): Pick<PackedTexts, 'bytes' | 'ends'> {
  const bytes = new Uint8Array(new SharedArrayBuffer(texts.reduce((sum, { length }) => sum + length, 0)));
  let end = 0;
  const ends = Float64Array.from(texts, (text) => {
    bytes.set(text, end);
    end += text.length;
    return end;
  });
  return { bytes, ends };
}

/** A data set of texts that are all in memory. Workers share the bytes. */
export function createPackedTexts(packed: PackedTexts): Dataset {
  const { name, source, bytes, ends, labels, classNames, fingerprint } = packed;
  const { length } = ends;
  const startOf = (index: number): number => (index === 0 ? 0 : (ends[index - 1] as number));
  return {
    name,
    source,
    length,
    samples: byteTextSpec(typicalLength(ends)),
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    fingerprint,
    // async so that a wrong index rejects, as it does where reading takes time.
    read: async (index) => {
      checkIndex(`${name}: read`, index, length);
      return textSample(bytes.subarray(startOf(index), ends[index]));
    },
    share: () => ({ ...packed }),
    close: () => Promise.resolve(),
  };
}

/** The data set that `createPackedTexts(…).share()` described. */
export function attachPackedTexts(shared: SharedDataset): Dataset {
  return createPackedTexts(shared as unknown as PackedTexts);
}

/** A text as a sample: its bytes are the tokens. */
export function textSample(text: string | Uint8Array): TokenSample {
  return { modality: 'tokens', data: encodeText(text), encoding: 'utf-8' };
}

/** Bytes that nine of ten texts do not exceed. */
function typicalLength(ends: Float64Array): number {
  const lengths = ends.map((end, index) => end - (index === 0 ? 0 : (ends[index - 1] as number))).sort();
  return lengths[Math.ceil(0.9 * lengths.length) - 1] ?? 1;
}
