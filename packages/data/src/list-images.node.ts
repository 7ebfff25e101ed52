import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { entryAt } from './file-system.node.ts';

/** Extensions of the images that are read, in lower case. */
export const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'];

/** What is below a folder. */
export interface ImageList {
  /** Images right in the folder: relative paths. */
  readonly loose: readonly string[];
  /** Images at any depth below each of its sub-folders that has some: paths relative to the folder, with `/`. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  /** Names of the sub-folders, with images or without. */
  readonly folderNames: readonly string[];
  /** How many files have each other extension, in lower case. */
  readonly otherExtensions: ReadonlyMap<string, number>;
}

/**
 * Lists the images of a folder by their extension, in an order that is the same on every machine. Hidden files
 * and folders are left out. Links are followed, except one that leads back to a folder it lies in.
 */
export async function listImages(folder: string): Promise<ImageList> {
  const otherExtensions = new Map<string, number>();
  const { images, subfolders } = await readFolder(folder, '', otherExtensions);
  const folders = new Map<string, readonly string[]>();
  const ancestors = [await identity(folder)];
  for (const name of subfolders) {
    const below = await imagesBelow(folder, name, ancestors, otherExtensions);
    if (below.length > 0) folders.set(name, below.sort());
  }
  return { loose: images, folders, folderNames: subfolders, otherExtensions };
}

async function imagesBelow(
  root: string,
  relative: string,
  ancestors: readonly string[],
  otherExtensions: Map<string, number>,
): Promise<string[]> {
  const own = await identity(join(root, relative));
  if (ancestors.includes(own)) return [];
  const { images, subfolders } = await readFolder(root, relative, otherExtensions);
  const found = [...images];
  for (const name of subfolders) {
    found.push(...(await imagesBelow(root, `${relative}/${name}`, [...ancestors, own], otherExtensions)));
  }
  return found;
}

async function readFolder(
  root: string,
  relative: string,
  otherExtensions: Map<string, number>,
): Promise<{ images: string[]; subfolders: string[] }> {
  const images: string[] = [];
  const subfolders: string[] = [];
  const entries = await readdir(join(root, relative), { withFileTypes: true });
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    const extension = extname(entry.name).toLowerCase();
    const isFolder = entry.isSymbolicLink()
      ? (await entryAt(join(root, path))) === 'folder'
      : entry.isDirectory();
    if (isFolder) subfolders.push(entry.name);
    else if (imageExtensions.includes(extension)) images.push(path);
    else otherExtensions.set(extension, (otherExtensions.get(extension) ?? 0) + 1);
  }
  return { images: images.sort(), subfolders: subfolders.sort() };
}

async function identity(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev}:${ino}`;
}
