import { totalmem } from 'node:os';
import { resolve } from 'node:path';

import { unknownNameError, UserError } from '@ssl/errors';

import type { DatasetSource, Dataset, SharedDataset, Split } from './dataset.ts';
import { sourceRange, type DatasetKind, type DatasetSpec } from './dataset-kind.node.ts';
import { datasetKinds, isBuiltIn } from './dataset-kinds.node.ts';
import { entryAt, namesIn } from './file-system.node.ts';
import { generatedNameIn } from './generated-spec.ts';
import { countExtensions } from './list-files.node.ts';
import type { ValueRange } from './formats/value-range.ts';
import { shareDataset } from './subset.ts';

/** How to open a data set. */
export interface OpenDatasetOptions {
  /** Default: the split that the source names, else `train`, else the only one there is. */
  readonly split?: Split;
  /** Makes an error of images that would be skipped with a warning. Default `false`. */
  readonly strict?: boolean;
  /** Takes one line about what was skipped. Default: nobody is told. */
  readonly onWarning?: (line: string) => void;
  /**
   * The values that stand for 0 and 1 in images of 16 bits or floats. Default: that of the source, else the least and
   * the greatest value of up to 1,000 training images. Of no consequence for 8-bit images and for other samples.
   */
  readonly range?: ValueRange;
  /**
   * Memory for keeping decoded images, shared with workers: the first images that fit are kept once decoded. 0
   * keeps none. Default 1024, or an eighth of the machine's memory where that is less. Sets that are in memory
   * anyway (CIFAR-10, IDX) do not need it.
   */
  readonly cacheMebibytes?: number;
}

/**
 * Opens a data set: what `--data` takes, or the `source` of a set that was opened before.
 *
 * @param source a path (relative to the current folder), `generated:NAME`, or a source
 * @throws UserError with one line if there is nothing to open, it is of no known kind, is damaged, or lacks the split
 */
export async function openDataset(
  source: string | DatasetSource,
  options: OpenDatasetOptions = {},
): Promise<Dataset> {
  const { strict = false, onWarning = () => undefined } = options;
  const { cacheMebibytes = Math.min(1024, totalmem() / 8 / 2 ** 20) } = options;
  const resolved = await resolveSource(source);
  const kind = kindOf(resolved);
  const splits = await kind.splits(resolved);
  const range = options.range ?? sourceRange(resolved);
  const split = options.split ?? (resolved.split as Split | undefined) ?? splits[0] ?? 'train';
  if (!splits.includes(split)) {
    throw new UserError(`${nameOf(source)} has no ${split} split (it has: ${splits.join(', ') || 'none'})`);
  }
  return await kind.open(resolved, {
    split,
    strict,
    onWarning,
    cacheBytes: cacheMebibytes * 2 ** 20,
    ...(range && { range }),
    openDataset: (inner) =>
      openDataset(inner, { strict, onWarning, cacheMebibytes, ...(range && { range }) }),
  });
}

/**
 * The splits of a data set, `train` first. Where there is no `test`, what to evaluate on is the caller's business.
 *
 * @throws UserError if there is nothing to open, or it is of no known kind
 */
export async function datasetSplits(source: string | DatasetSource): Promise<readonly Split[]> {
  const resolved = await resolveSource(source);
  return await kindOf(resolved).splits(resolved);
}

/** In a worker: the data set that `shareDataset` described in another thread. */
export async function attachDataset(shared: SharedDataset): Promise<Dataset> {
  const { attach } = kindOf(shared);
  return attach ? await attach(shared, attachDataset) : await openDataset(shared.source as DatasetSource);
}

/** Whether `attachDataset` knows what to do with it, in any thread. */
export function isKnownKind({ kind, of }: SharedDataset): boolean {
  return isBuiltIn(kind) && (of === undefined || isKnownKind(of as SharedDataset));
}

/** Whether worker threads can open a data set: not one that only this thread knows how to read. */
export function canWorkersOpen(dataset: Dataset): boolean {
  return isKnownKind(shareDataset(dataset));
}

async function resolveSource(source: string | DatasetSource): Promise<DatasetSource> {
  if (typeof source !== 'string') return source;
  const spec = await look(source);
  for (const kind of datasetKinds()) {
    const recognized = kind.recognize(spec);
    if (recognized) return recognized;
  }
  const generated = generatedNameIn(source);
  if (generated !== undefined) {
    const names = datasetKinds().flatMap(({ generates }) => generates ?? []);
    throw unknownNameError('generated data set', generated, names);
  }
  const accepted = datasetKinds()
    .flatMap(({ accepts }) => accepts ?? [])
    .join(', or ');
  const what = spec.entry === undefined ? 'no such file or folder' : 'a file of no known kind';
  throw new UserError(`${source}: ${what}; give ${accepted}`);
}

async function look(text: string): Promise<DatasetSpec> {
  const path = resolve(text);
  const entry = await entryAt(path);
  if (entry !== 'folder') return { text, path, ...(entry && { entry }), names: [], extensions: new Map() };
  return { text, path, entry, names: await namesIn(path), extensions: await countExtensions(path) };
}

function kindOf({ kind }: { readonly kind: string }): DatasetKind {
  const found = datasetKinds().find((candidate) => candidate.kind === kind);
  if (found) return found;
  throw unknownNameError(
    'kind of data set',
    kind,
    datasetKinds().map((candidate) => candidate.kind),
  );
}

function nameOf(source: string | DatasetSource): string {
  return typeof source === 'string' ? source : String(source.path ?? source.kind);
}
