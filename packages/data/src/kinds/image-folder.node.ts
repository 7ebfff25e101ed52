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
import { decodeImageFile } from '../image-file.node.ts';
import { findSplitFolders, listSplit, type ImageFolderSplit } from '../image-folder-layout.node.ts';
import { complain, inspectImageFiles, nameSome } from '../inspect-image-files.node.ts';
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
    const { kept, sizes, digest, channels, valueType, pictures } = await inspectImageFiles(
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
  const { folder, paths } = await listSplit(root, 'train');
  const quiet = { ...context, strict: false, onWarning: () => undefined };
  const { kept, valueType } = await inspectImageFiles(folder, paths, quiet);
  if (valueType !== other.valueType) {
    throw new UserError(
      `${root}: expected images of one type in both splits, got ${valueType} in ${folder} and ${other.valueType} in ${other.folder}: convert one of them`,
    );
  }
  return { folder, paths: kept.map((index) => paths[index] as string) };
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
