import { UserError } from '@ssl/errors';

import type { DatasetSource, Dataset, SharedDataset, Split } from './dataset.ts';
import type { ValueRange } from './formats/value-range.ts';

/** What the user gave as `--data`, looked at once for all kinds. */
export interface DatasetSpec {
  /** As the user wrote it. */
  readonly text: string;
  /** The same as an absolute path. */
  readonly path: string;
  /** What is at that path; absent where there is nothing. */
  readonly entry?: 'file' | 'folder';
  /** Names in the folder, in no particular order; empty for all else. */
  readonly names: readonly string[];
  /** How many of its first 1,000 files, at any depth, have each extension, in lower case; empty for all else. */
  readonly extensions: ReadonlyMap<string, number>;
}

/** How a data set is to be opened. */
export interface OpenContext {
  readonly split: Split;
  /** Makes an error of images that would be skipped with a warning. */
  readonly strict: boolean;
  /** Bytes that may be spent on keeping decoded images in memory. */
  readonly cacheBytes: number;
  /** The values of 16-bit and float images that stand for 0 and 1; absent: to be measured on the `train` split. */
  readonly range?: ValueRange;
  onWarning(line: string): void;
  /** Opens what this data set is built on. */
  openDataset(source: DatasetSource): Promise<Dataset>;
}

/**
 * A kind of data set: how it knows its own layout, and how it opens it. One file each in `kinds/`;
 * `dataset-kinds.node.ts` is the list. Nothing else branches on the kind.
 */
export interface DatasetKind<Source extends DatasetSource = DatasetSource> {
  readonly kind: Source['kind'];
  /** What `--data` may be, to complete "give …": `a folder of images (.jpg, .jpeg, .png, .webp)`. Absent: nothing. */
  readonly accepts?: string;
  /** The name after `generated:` of sets that are made, not read. */
  readonly generates?: string;
  /**
   * The source that `spec` means if it is of this kind, otherwise `undefined`.
   *
   * @throws UserError if it is of this kind, but cannot be right
   */
  recognize(spec: DatasetSpec): Source | undefined;
  /**
   * The splits that there are, `train` first.
   *
   * @throws UserError
   */
  splits(source: Source): Promise<readonly Split[]>;
  /**
   * Opens the split `context.split`, which is one of `splits(source)`.
   *
   * @throws UserError with one line about what is wrong with the data
   */
  open(source: Source, context: OpenContext): Promise<Dataset>;
  /** In a worker: the set that `share()` described. `attachDataset` does it for a set that this one is built on. */
  attach?(
    shared: SharedDataset,
    attachDataset: (shared: SharedDataset) => Promise<Dataset>,
  ): Promise<Dataset>;
}

/**
 * A text property of a source. Sources are read back from files that people edit.
 *
 * @throws UserError if it is missing or no text
 */
export function sourceText(source: DatasetSource, property: string): string {
  const value = source[property];
  if (typeof value === 'string' && value !== '') return value;
  throw new UserError(
    `a data source of kind "${source.kind}" needs "${property}", got ${JSON.stringify(value)}`,
  );
}

/**
 * The property `range` of a source, in which a kind keeps the range that was given or measured.
 *
 * @throws UserError if it is no range
 */
export function sourceRange({ kind, range }: DatasetSource): ValueRange | undefined {
  if (range === undefined) return undefined;
  const [low, high, ...more] = Array.isArray(range) ? (range as unknown[]) : [];
  if (typeof low === 'number' && typeof high === 'number' && low < high && more.length === 0) {
    return [low, high];
  }
  throw new UserError(
    `a data source of kind "${kind}" needs a "range" [low, high] of numbers, got ${JSON.stringify(range)}`,
  );
}
