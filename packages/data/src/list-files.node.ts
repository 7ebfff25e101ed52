import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { entryAt } from './file-system.node.ts';

/** What is below a folder; `files` are those with the extensions that were asked for. */
export interface FileList {
  /** Files right in the folder: relative paths. */
  readonly loose: readonly string[];
  /** Files at any depth below each of its sub-folders that has some: paths relative to the folder, with `/`. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  /** Names of the sub-folders, with files or without. */
  readonly folderNames: readonly string[];
  /** How many files have each other extension, in lower case. */
  readonly otherExtensions: ReadonlyMap<string, number>;
}

/**
 * Lists the files of a folder that have one of some extensions, in an order that is the same on every machine. Hidden
 * files and folders are left out. Links are followed, except one that leads back to a folder it lies in.
 *
 * @param extensions in lower case, with their dots
 */
export async function listFiles(folder: string, extensions: readonly string[]): Promise<FileList> {
  const otherExtensions = new Map<string, number>();
  const { files, subfolders } = await readFolder(folder, '', extensions, otherExtensions);
  const folders = new Map<string, readonly string[]>();
  const ancestors = [await identity(folder)];
  for (const name of subfolders) {
    const below = await filesBelow(folder, name, ancestors, extensions, otherExtensions);
    if (below.length > 0) folders.set(name, below.sort());
  }
  return { loose: files, folders, folderNames: subfolders, otherExtensions };
}

async function filesBelow(
  root: string,
  relative: string,
  ancestors: readonly string[],
  extensions: readonly string[],
  otherExtensions: Map<string, number>,
): Promise<string[]> {
  const own = await identity(join(root, relative));
  if (ancestors.includes(own)) return [];
  const { files, subfolders } = await readFolder(root, relative, extensions, otherExtensions);
  const found = [...files];
  for (const name of subfolders) {
    const path = `${relative}/${name}`;
    found.push(...(await filesBelow(root, path, [...ancestors, own], extensions, otherExtensions)));
  }
  return found;
}

async function readFolder(
  root: string,
  relative: string,
  extensions: readonly string[],
  otherExtensions: Map<string, number>,
): Promise<{ files: string[]; subfolders: string[] }> {
  const files: string[] = [];
  const subfolders: string[] = [];
  const entries = await readdir(join(root, relative), { withFileTypes: true });
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    const extension = extname(entry.name).toLowerCase();
    const isFolder = entry.isSymbolicLink()
      ? (await entryAt(join(root, path))) === 'folder'
      : entry.isDirectory();
    if (isFolder) subfolders.push(entry.name);
    else if (extensions.includes(extension)) files.push(path);
    else otherExtensions.set(extension, (otherExtensions.get(extension) ?? 0) + 1);
  }
  return { files: files.sort(), subfolders: subfolders.sort() };
}

async function identity(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev}:${ino}`;
}

/** Files that `countExtensions` looks at. */
const filesCounted = 1000;

/**
 * How many of the first 1,000 files of a folder have each extension, in lower case; those of sub-folders come after
 * those of the folder itself. Hidden files and folders are left out, and links are not followed into folders.
 */
export async function countExtensions(folder: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const folders = [folder];
  let counted = 0;
  for (let next = folders.shift(); next !== undefined && counted < filesCounted; next = folders.shift()) {
    const entries = await readdir(next, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) {
        folders.push(join(next, entry.name));
        continue;
      }
      const extension = extname(entry.name).toLowerCase();
      counts.set(extension, (counts.get(extension) ?? 0) + 1);
      if (++counted === filesCounted) break;
    }
  }
  return counts;
}
