import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

import type { ImageSample } from '@ssl/augment';
import { UserError } from '@ssl/errors';

import type { DatasetSource, Dataset, SharedDataset } from '../dataset.ts';
import { sourceText, type DatasetKind, type OpenContext } from '../dataset-kind.node.ts';
import { allocateDecodedCache, withDecodedCache, type DecodedCacheMemory } from '../decoded-cache.ts';
import { namesIn } from '../file-system.node.ts';
import { decodeImageDeep } from '../formats/decode-image-deep.node.ts';
import { checkFinite, type ImageSamples } from '../formats/image-samples.ts';
import { measureRange, type ValueRange } from '../formats/value-range.ts';
import { decodeImageFile, inspectImageFile } from '../image-file.node.ts';
import { findSplitFolders, listSplit, type ImageFolderSplit } from '../image-folder-layout.node.ts';
import { imageExtensions } from '../list-images.node.ts';
import type { ValueType } from '../value-types.ts';

/** The source of a folder of images. */
export interface ImageFolderSource extends DatasetSource {
  readonly kind: 'image-folder';
  /** The folder. */
  readonly path: string;
}

/** An image folder as it travels to workers: its files were looked at before. */
interface SharedImageFolder extends SharedDataset {
  readonly kind: 'image-folder';
  readonly name: string;
  readonly source: DatasetSource;
  readonly folder: string;
  /** Relative to `folder`. */
  readonly paths: readonly string[];
  readonly cache: DecodedCacheMemory;
  /** Whether all files are JPEG, PNG or WebP pictures of 8 bits. */
  readonly pictures: boolean;
  /** Of every image. */
  readonly range: ValueRange;
  readonly fingerprint: string;
}

const byteRange: ValueRange = [0, 255];
/** Files looked at side by side when a folder is opened: enough to keep a disk busy, few enough to hold open. */
const filesAtOnce = 16;
/** Files that a message names, before it only counts. */
const filesNamed = 5;

/**
 * A folder of images: flat, or one sub-folder a class, or `train/` and `test/` (or `val/`) above those. Classes are
 * the sub-folders that hold images (at any depth), in the order of their names, over both splits; fewer than two are
 * no classes, and such a set has no labels.
 *
 * Pictures of 8 bits have 3 channels, grey ones too. PNG of 16 bits and TIFF keep the depth and the channels of the
 * file; each file is one sample, so the pages of a TIFF are its channels. All images of a split have one type and
 * number of channels. The range of the values of 16-bit and float images is measured on `train`, or given, and kept
 * in the source.
 */
export const imageFolder: DatasetKind<ImageFolderSource> = {
  kind: 'image-folder',
  accepts: `a folder of images (${imageExtensions.join(', ')})`,

  recognize({ path, entry }) {
    return entry === 'folder' ? { kind: 'image-folder', path } : undefined;
  },

  async splits(source) {
    const { test } = await findSplitFolders(sourceText(source, 'path'));
    return test === undefined ? ['train'] : ['train', 'test'];
  },

  async open(source, context) {
    const root = sourceText(source, 'path');
    const { split } = context;
    const listed = await listSplit(root, split);
    const { folder, paths, classes, leftOut } = listed;
    if (paths.length === 0) throw await noImagesError(listed);
    if (leftOut.length > 0) {
      complain(
        `${leftOut.length} ${leftOut.length === 1 ? 'image' : 'images'} beside the folders of the classes left out: ${nameSome(leftOut)}`,
        `in ${folder}: move them into a folder`,
        context,
      );
    }
    const { kept, sizes, digest, channels, valueType, pictures } = await inspectFiles(folder, paths, context);
    const keptPaths = kept.map((index) => paths[index] as string);
    const range = valueType === 'uint8' ? undefined : await settleRange(root, folder, keptPaths, context);
    const files: SharedImageFolder = {
      ...{ kind: 'image-folder', name: `${basename(root)} (${split})`, folder, paths: keptPaths },
      source: { ...source, split, ...(range && { range }) },
      cache: allocateDecodedCache(sizes, channels, context.cacheBytes, valueType),
      ...{ pictures, range: range ?? byteRange },
      fingerprint: digest,
    };
    const [height, width] = commonSize(sizes) ?? [null, null];
    return {
      ...attachImageFolder(files),
      samples: { modality: 'image', shape: [height, width, channels], ...(range && { range }) },
      ...(classes && {
        classNames: classes.names,
        labels: Int32Array.from(kept, (index) => classes.labels[index] as number),
      }),
    };
  },

  attach: (shared) => Promise.resolve(attachImageFolder(shared as SharedImageFolder)),
};

function attachImageFolder(files: SharedImageFolder): Dataset {
  const { name, source, folder, paths, cache, pictures, range, fingerprint } = files;
  const dataset: Dataset = {
    name,
    source,
    length: paths.length,
    samples: { modality: 'image', shape: [null, null, cache.channels] },
    fingerprint,
    read: async (index) => {
      const file = join(folder, paths[index] as string);
      const image: ImageSample = { modality: 'image', ...(await decode(file, pictures)), range };
      return image;
    },
    share: () => files,
    close: () => Promise.resolve(),
  };
  return withDecodedCache(dataset, cache, range);
}

/** Decodes a file at its depth. */
async function decode(file: string, isPicture: boolean): Promise<ImageSamples> {
  if (isPicture) return decodeImageFile(file);
  const { height, width, channels, data } = await decodeImageDeep(file, { page: 'all' });
  const image = { height, width, channels, data };
  checkFinite(image, file);
  return image;
}

/** The range that was given, else that of the images of `train`, whichever split these are. */
async function settleRange(
  root: string,
  folder: string,
  paths: readonly string[],
  context: OpenContext,
): Promise<ValueRange> {
  const { split, range } = context;
  if (range !== undefined) return range;
  let [measured, files] = [folder, paths];
  if (split !== 'train') {
    const train = await listSplit(root, 'train');
    const quiet = { ...context, strict: false, onWarning: () => undefined };
    const { kept } = await inspectFiles(train.folder, train.paths, quiet);
    [measured, files] = [train.folder, kept.map((index) => train.paths[index] as string)];
  }
  const placeOf = (index: number): string => join(measured, files[index] as string);
  return measureRange({ length: files.length, read: (index) => decode(placeOf(index), false), placeOf });
}

interface Inspected {
  /** Indices of the paths whose files can be used. */
  readonly kept: readonly number[];
  /** Their heights and widths, `[2 × kept]`. */
  readonly sizes: Uint32Array;
  /** Over the kept paths and their files' digests. */
  readonly digest: string;
  /** What all of them share. */
  readonly channels: number;
  readonly valueType: ValueType;
  readonly pictures: boolean;
}

/** Looks at all files, and skips the broken ones with a warning: what is left must not fail in mid-training. */
async function inspectFiles(
  folder: string,
  paths: readonly string[],
  context: OpenContext,
): Promise<Inspected> {
  const found = await mapConcurrently(paths, (path) => inspectImageFile(join(folder, path)));
  const kept: number[] = [];
  const sizes: number[] = [];
  const problems: string[] = [];
  const hash = createHash('sha256').update('image-folder\n');
  let first: { readonly path: string; readonly kind: string } | undefined;
  let pictures = true;
  let [channels, valueType]: [number, ValueType] = [3, 'uint8'];
  found.forEach((inspection, index) => {
    const path = paths[index] as string;
    if ('problem' in inspection) {
      problems.push(`${path} (${inspection.problem})`);
      return;
    }
    const kind = `${inspection.valueType} with ${inspection.channels} ${inspection.channels === 1 ? 'channel' : 'channels'}`;
    first ??= { path, kind };
    if (kind !== first.kind) {
      throw new UserError(
        `${folder}: expected images of one type and number of channels, got ${first.path} (${first.kind}) and ${path} (${kind}): convert one of them, or keep them in folders of their own`,
      );
    }
    ({ channels, valueType } = inspection);
    pictures &&= inspection.isPicture;
    kept.push(index);
    sizes.push(inspection.height, inspection.width);
    hash.update(`${path}\n${inspection.digest}\n`);
  });
  if (kept.length === 0) {
    throw new UserError(`${folder}: none of the ${paths.length} images can be read: ${nameSome(problems)}`);
  }
  if (problems.length > 0) {
    const counted = `${problems.length} of ${paths.length} images`;
    complain(`${counted} skipped: ${nameSome(problems)}`, `in ${folder}: repair or remove them`, context);
  }
  const digest = hash.digest('hex');
  return { kept, sizes: Uint32Array.from(sizes), digest, channels, valueType, pictures };
}

/** A warning, or with `strict` an error. */
function complain(what: string, remedy: string, { strict, onWarning }: OpenContext): void {
  if (strict)
    throw new UserError(
      `${what.replace(' skipped:', ' cannot be read:')} (${remedy}, or leave out --strict)`,
    );
  onWarning(`${what}; --strict makes this an error`);
}

function nameSome(names: readonly string[]): string {
  const more = names.length - filesNamed;
  return names.slice(0, filesNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

async function noImagesError({ folder, otherExtensions }: ImageFolderSplit): Promise<UserError> {
  if ((await namesIn(folder)).length === 0) return new UserError(`${folder} is empty`);
  const [most] = [...otherExtensions].sort(([, a], [, b]) => b - a);
  const instead = most
    ? `; it holds ${most[1]} ${most[0] === '' ? 'files without extension' : `${most[0]} files`}`
    : '';
  return new UserError(`${folder} holds no image (${imageExtensions.join(', ')})${instead}`);
}

function commonSize(sizes: Uint32Array): readonly [number, number] | undefined {
  const [height, width] = sizes as unknown as [number, number];
  return sizes.every((size, at) => size === (at % 2 === 0 ? height : width)) ? [height, width] : undefined;
}

async function mapConcurrently<In, Out>(
  items: readonly In[],
  map: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results = new Array<Out>(items.length);
  let next = 0;
  async function work(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index] as In);
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, work));
  return results;
}
