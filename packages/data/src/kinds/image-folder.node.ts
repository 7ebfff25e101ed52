import { basename, join, relative } from 'node:path';

import type { ImageSample } from '@ssl/augment';
import { UserError } from '@ssl/errors';

import type { DatasetSource, Dataset, SharedDataset } from '../dataset.ts';
import { sourceText, type DatasetKind, type OpenContext } from '../dataset-kind.node.ts';
import { allocateDecodedCache, withDecodedCache, type DecodedCacheMemory } from '../decoded-cache.ts';
import { complainOfLeftOut, inspectFiles, noFilesError } from '../folder-files.node.ts';
import { findSplitFolders, listSplit } from '../folder-layout.node.ts';
import { decodeImageDeep } from '../formats/decode-image-deep.node.ts';
import { checkFinite, type ImageSamples } from '../formats/image-samples.ts';
import { measureRange, type ValueRange } from '../formats/value-range.ts';
import { decodeImageFile, inspectImageFile } from '../image-file.node.ts';
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
/** Extensions of the images that are read, in lower case. */
const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'];
const nouns = { singular: 'image', plural: 'images' };

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
    const listed = await listSplit(root, split, imageExtensions);
    const { folder, paths, classes } = listed;
    if (paths.length === 0) throw await noFilesError(listed, nouns.singular, imageExtensions);
    complainOfLeftOut(listed, nouns, context);
    const { kept, sizes, digest, channels, valueType, pictures } = await inspectImages(
      folder,
      paths,
      context,
    );
    const keptPaths = kept.map((index) => paths[index] as string);
    const range =
      valueType === 'uint8'
        ? undefined
        : await settleRange(root, { folder, paths: keptPaths, valueType }, context);
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
      names: keptPaths.map((path) => relative(root, join(folder, path)).replaceAll('\\', '/')),
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
  own: { readonly folder: string; readonly paths: readonly string[]; readonly valueType: ValueType },
  context: OpenContext,
): Promise<ValueRange> {
  if (context.range !== undefined) return context.range;
  const { folder, paths } = context.split === 'train' ? own : await inspectTrain(root, own, context);
  const placeOf = (index: number): string => join(folder, paths[index] as string);
  return measureRange({ length: paths.length, read: (index) => decode(placeOf(index), false), placeOf });
}

/** @throws UserError if the images of `train` are of another type than those of the other split */
async function inspectTrain(
  root: string,
  other: { readonly folder: string; readonly valueType: ValueType },
  context: OpenContext,
): Promise<{ readonly folder: string; readonly paths: readonly string[] }> {
  const { folder, paths } = await listSplit(root, 'train', imageExtensions);
  const quiet = { ...context, strict: false, onWarning: () => undefined };
  const { kept, valueType } = await inspectImages(folder, paths, quiet);
  if (valueType !== other.valueType) {
    throw new UserError(
      `${root}: expected images of one type in both splits, got ${valueType} in ${folder} and ${other.valueType} in ${other.folder}: convert one of them`,
    );
  }
  return { folder, paths: kept.map((index) => paths[index] as string) };
}

/** What the images of a folder are, and which of them can be used. */
interface InspectedImages {
  /** Indices of the paths whose files can be used. */
  readonly kept: readonly number[];
  /** Their heights and widths, `[2 × kept]`. */
  readonly sizes: Uint32Array;
  readonly digest: string;
  readonly channels: number;
  readonly valueType: ValueType;
  /** Whether all are JPEG, PNG or WebP pictures of 8 bits. */
  readonly pictures: boolean;
}

/** @throws UserError if the images differ in type or number of channels, and as `inspectFiles` */
async function inspectImages(
  folder: string,
  paths: readonly string[],
  context: OpenContext,
): Promise<InspectedImages> {
  const { kept, found, digest } = await inspectFiles(
    folder,
    paths,
    { kind: 'image-folder', plural: nouns.plural, inspect: inspectImageFile },
    context,
  );
  const kinds = found.map(
    ({ valueType, channels }) => `${valueType} with ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
  );
  const odd = kinds.findIndex((kind) => kind !== kinds[0]);
  if (odd >= 0) {
    const [first, other] = [kept[0], kept[odd]].map((index) => paths[index as number]);
    throw new UserError(
      `${folder}: expected images of one type and number of channels, got ${first} (${kinds[0]}) and ${other} (${kinds[odd]}): convert one of them, or keep them in folders of their own`,
    );
  }
  const { channels, valueType } = found[0] as (typeof found)[number];
  return {
    ...{ kept, digest, channels, valueType },
    sizes: Uint32Array.from(found.flatMap(({ height, width }) => [height, width])),
    pictures: found.every(({ isPicture }) => isPicture),
  };
}

function commonSize(sizes: Uint32Array): readonly [number, number] | undefined {
  const [height, width] = sizes as unknown as [number, number];
  return sizes.every((size, at) => size === (at % 2 === 0 ? height : width)) ? [height, width] : undefined;
}
