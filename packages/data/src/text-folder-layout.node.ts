import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

import type { Split } from './dataset.ts';
import { entryAt, unreadable } from './file-system.node.ts';
import { findSplitFolders } from './image-folder-layout.node.ts';

/** Extensions of the texts that are read, in lower case. */
export const textExtensions = ['.txt', '.text', '.md'];

/** Files that are looked at to tell whether a folder holds texts. */
const filesLookedAt = 1000;

/** What is one text: a line, or a whole file. */
export type DocumentPer = 'line' | 'file';

/** The text files of one split of a folder. */
export interface TextFolderSplit {
  /** The folder that holds them: the root, or `train/` or `test/` in it. */
  readonly folder: string;
  /** Relative to `folder`, with `/`, in an order that is the same on every machine. */
  readonly paths: readonly string[];
  /** Class of each path, and the names of the classes. Absent where the folder tells no classes apart. */
  readonly classes?: { readonly names: readonly string[]; readonly labels: readonly number[] };
  /** Text files that lie beside the classes' folders, and so belong to none. */
  readonly leftOut: readonly string[];
  readonly documentPer: DocumentPer;
}

/** Whether a name is that of a text file. */
export function isTextFile(name: string): boolean {
  return textExtensions.includes(extname(name).toLowerCase());
}

/**
 * Whether a folder holds texts: more than half of its files, of the first 1,000 in the order of their names. So a
 * folder of pictures with a README, or with a caption for each, stays one of pictures.
 */
export async function holdsTexts(folder: string): Promise<boolean> {
  let files = 0;
  let texts = 0;
  for await (const path of filesBelow(folder)) {
    if (isTextFile(path)) texts++;
    if (++files === filesLookedAt) break;
  }
  return texts > files / 2;
}

/**
 * Lists the texts of a split, and their classes: the sub-folders with texts, sorted by name, of both splits together
 * so that both count them alike; fewer than two are no classes.
 *
 * A line is a text where no class has more than one file in either split (without classes: where there is one file),
 * otherwise each file is one.
 */
export async function listTextSplit(root: string, split: Split): Promise<TextFolderSplit> {
  const folders = await findSplitFolders(root);
  const lists = {
    train: await listTexts(folders.train),
    test: folders.test === undefined ? [] : await listTexts(folders.test),
  };
  const classOf = (path: string): string | undefined =>
    path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined;
  const all = [...lists.train, ...lists.test];
  const names = [...new Set(all.flatMap((path) => classOf(path) ?? []))].sort();
  const hasClasses = names.length > 1;
  const folder = folders[split] ?? root;
  const mostFiles = Math.max(
    ...Object.values(lists).flatMap((paths) =>
      hasClasses
        ? names.map((name) => paths.filter((path) => classOf(path) === name).length)
        : [paths.length],
    ),
  );
  const documentPer = mostFiles > 1 ? 'file' : 'line';
  const listed = lists[split];
  if (!hasClasses) return { folder, paths: listed, leftOut: [], documentPer };
  const paths = listed.filter((path) => classOf(path) !== undefined);
  return {
    folder,
    paths,
    classes: { names, labels: paths.map((path) => names.indexOf(classOf(path) as string)) },
    leftOut: listed.filter((path) => classOf(path) === undefined),
    documentPer,
  };
}

async function listTexts(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of filesBelow(folder)) if (isTextFile(path)) paths.push(path);
  return paths;
}

/**
 * All files below a folder in the order of their names, folder by folder: relative paths with `/`. Hidden files and
 * folders are left out; links to files are followed, links to folders are not.
 */
async function* filesBelow(root: string, below = ''): AsyncGenerator<string> {
  for (const entry of await entriesOf(join(root, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (entry.isFile() || (await entryAt(join(root, path))) === 'file') yield path;
  }
}

async function entriesOf(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw unreadable(folder, error);
  }
}
