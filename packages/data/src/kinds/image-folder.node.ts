import { basename, join, relative } from 'node:path';

import type { DatasetSource, Dataset, SharedDataset } from '../dataset.ts';
import { sourceText, type DatasetKind } from '../dataset-kind.node.ts';
import { byteImage } from '../byte-image.ts';
import { allocateDecodedCache, withDecodedCache, type DecodedCacheMemory } from '../decoded-cache.ts';
import { complainOfLeftOut, inspectFiles, noFilesError } from '../folder-files.node.ts';
import { findSplitFolders, listSplit } from '../folder-layout.node.ts';
import { decodeImageFile, inspectImageFile } from '../image-file.node.ts';

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
  readonly fingerprint: string;
}

const channels = 3;
/** Extensions of the images that are read, in lower case. */
const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp'];
const nouns = { singular: 'image', plural: 'images' };

/**
 * A folder of images, decoded by sharp: flat, or one sub-folder a class, or `train/` and `test/` (or `val/`) above
 * those. Classes are the sub-folders that hold images (at any depth), in the order of their names, over both
 * splits; fewer than two are no classes, and such a set has no labels.
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
    const { kept, found, digest } = await inspectFiles(
      folder,
      paths,
      { kind: 'image-folder', plural: nouns.plural, inspect: inspectImageFile },
      context,
    );
    const sizes = Uint32Array.from(found.flatMap(({ height, width }) => [height, width]));
    const files: SharedImageFolder = {
      ...{ kind: 'image-folder', name: `${basename(root)} (${split})`, source: { ...source, split }, folder },
      paths: kept.map((index) => paths[index] as string),
      cache: allocateDecodedCache(sizes, channels, context.cacheBytes),
      fingerprint: digest,
    };
    const [height, width] = commonSize(sizes) ?? [null, null];
    return {
      ...attachImageFolder(files),
      samples: { modality: 'image', shape: [height, width, channels] },
      names: files.paths.map((path) => relative(root, join(folder, path)).replaceAll('\\', '/')),
      ...(classes && {
        classNames: classes.names,
        labels: Int32Array.from(kept, (index) => classes.labels[index] as number),
      }),
    };
  },

  attach: (shared) => Promise.resolve(attachImageFolder(shared as SharedImageFolder)),
};

function attachImageFolder(files: SharedImageFolder): Dataset {
  const { name, source, folder, paths, cache, fingerprint } = files;
  const dataset: Dataset = {
    name,
    source,
    length: paths.length,
    samples: { modality: 'image', shape: [null, null, channels] },
    fingerprint,
    read: async (index) => byteImage(await decodeImageFile(join(folder, paths[index] as string))),
    share: () => files,
    close: () => Promise.resolve(),
  };
  return withDecodedCache(dataset, cache);
}

function commonSize(sizes: Uint32Array): readonly [number, number] | undefined {
  const [height, width] = sizes as unknown as [number, number];
  return sizes.every((size, at) => size === (at % 2 === 0 ? height : width)) ? [height, width] : undefined;
}
