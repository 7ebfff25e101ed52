import type { Sample, SampleSpec } from '@ssl/augment';

/**
 * What a data set is opened from, as JSON: it goes into the run's config, and opening it again gives the same
 * samples. Each kind of data set declares its own (`kind` tells them apart).
 */
export type DatasetSource = { readonly kind: string } & Readonly<Record<string, unknown>>;

/**
 * What a worker thread needs in order to read the very same samples without opening the set again: values that
 * `postMessage` can copy, and bytes shared through a `SharedArrayBuffer`.
 */
export type SharedDataset = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** A part of a data set: the samples to learn from, and those held back for evaluation. */
export type Split = 'train' | 'test';

/** A finite, indexed set of samples, with labels where they are known. */
export interface Dataset {
  /** For people: `cifar-10 (train)`, `generated:shapes (train)`. */
  readonly name: string;
  readonly source: DatasetSource;
  readonly length: number;
  /** What the samples have in common. */
  readonly samples: SampleSpec;
  /**
   * Name of each sample, `[length]`: of folders, the file's path in the folder that was opened, with forward slashes.
   * Absent where samples have none.
   */
  readonly names?: readonly string[];
  /** Names of the classes, in the order of their labels. Absent where the set has no labels. */
  readonly classNames?: readonly string[];
  /** Class of each sample, `[length]`, −1 where it is unknown. Absent where the set has no labels. */
  readonly labels?: Int32Array;
  /**
   * A hash over the content, or for folders over relative paths, sizes and the files' first and last bytes: two
   * sets with the same fingerprint hold the same samples in the same order, wherever they were copied to.
   */
  readonly fingerprint: string;
  /**
   * Decodes one sample. Its values belong to the caller only until the next call with the same index: do not
   * write to them.
   *
   * @throws RangeError if `index` is not in [0, length)
   * @throws Error that names the file if it can no longer be decoded
   */
  read(index: number): Promise<Sample>;
  /** What to send to a worker thread. Where absent, workers open `source` for themselves. */
  share?(): SharedDataset;
  close(): Promise<void>;
}

/**
 * @param reader the name of the function, for the message
 * @throws RangeError if `index` is no integer in [0, length)
 */
export function checkIndex(reader: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new RangeError(`${reader}: index must be an integer from 0 to ${length - 1}, got ${index}`);
  }
}
