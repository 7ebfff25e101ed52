import { join } from 'node:path';

import type { Split } from './dataset.ts';
import { entryAt, namesIn } from './file-system.node.ts';
import { listFiles } from './list-files.node.ts';

/** The files of one split of a folder that is a data set. */
export interface FolderSplit {
  /** The folder that holds them: the root, or `train/` or `test/` in it. */
  readonly folder: string;
  /** Relative to `folder`, in an order that is the same on every machine. */
  readonly paths: readonly string[];
  /** Class of each path, and the names of the classes. Absent where the folder tells no classes apart. */
  readonly classes?: { readonly names: readonly string[]; readonly labels: readonly number[] };
  /** Files that lie beside the classes' folders, and so belong to none. */
  readonly leftOut: readonly string[];
  /** How many files have each other extension. */
  readonly otherExtensions: ReadonlyMap<string, number>;
}

const splitNames: Readonly<Record<Split, readonly string[]>> = {
  train: ['train'],
  test: ['test', 'val', 'valid', 'validation'],
};

/**
 * The folders of the splits: `train/` and `test/` (or `val/`) where both are there or `train/` is all there is,
 * otherwise the root for `train`. (`train/` among other folders is a class: that of railways.)
 */
export async function findSplitFolders(
  root: string,
): Promise<{ readonly train: string; readonly test?: string }> {
  const names = (await namesIn(root)).filter((name) => !name.startsWith('.'));
  const find = async (split: Split): Promise<string | undefined> => {
    for (const wanted of splitNames[split]) {
      const name = names.find((candidate) => candidate.toLowerCase() === wanted);
      if (name !== undefined && (await entryAt(join(root, name))) === 'folder') return join(root, name);
    }
    return undefined;
  };
  const [train, test] = [await find('train'), await find('test')];
  if (train === undefined || (test === undefined && names.length > 1)) return { train: root };
  return test === undefined ? { train } : { train, test };
}

/**
 * Lists the files of a split that have one of some extensions, and their classes: the sub-folders with such files,
 * sorted by name, of both splits together so that both count them alike.
 */
export async function listSplit(
  root: string,
  split: Split,
  extensions: readonly string[],
): Promise<FolderSplit> {
  const folders = await findSplitFolders(root);
  const folder = folders[split] ?? root;
  const otherFolder = folders[split === 'train' ? 'test' : 'train'];
  const list = await listFiles(folder, extensions);
  const others =
    otherFolder === undefined ? [] : [...(await listFiles(otherFolder, extensions)).folders.keys()];

  const names = [...new Set([...list.folders.keys(), ...others])].sort();
  const { loose, otherExtensions } = list;
  const inFolders = [...list.folders].flatMap(([name, paths]) => paths.map((path) => ({ name, path })));
  if (names.length < 2 || inFolders.length === 0) {
    const paths = [...loose, ...inFolders.map(({ path }) => path)].sort();
    return { folder, paths, leftOut: [], otherExtensions };
  }
  return {
    folder,
    paths: inFolders.map(({ path }) => path),
    classes: { names, labels: inFolders.map(({ name }) => names.indexOf(name)) },
    leftOut: loose,
    otherExtensions,
  };
}
