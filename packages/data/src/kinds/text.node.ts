import { createHash } from 'node:crypto';
import { basename, extname, join } from 'node:path';

import { UserError } from '@ssl/errors';

import type { DatasetSource } from '../dataset.ts';
import { sourceText, type DatasetKind, type OpenContext } from '../dataset-kind.node.ts';
import { bytesOf, entryAt } from '../file-system.node.ts';
import { complain, complainOfLeftOut, nameSome, noFilesError } from '../folder-files.node.ts';
import { findSplitFolders, listSplit, type FolderSplit } from '../folder-layout.node.ts';
import { attachPackedTexts, createPackedTexts, packTexts } from '../text/packed-texts.ts';
import { parseDocuments, type ParseDocumentsOptions } from '../text/parse-documents.ts';

/** What is one text: a line, or a whole file. */
type DocumentPer = ParseDocumentsOptions['documentPer'];

/** The source of a file or folder of texts. */
export interface TextSource extends DatasetSource {
  readonly kind: 'text';
  /** The file or folder. */
  readonly path: string;
  /** What is one text. Default: a line where each class (without classes: each split) has one file, else a file. */
  readonly documentPer?: DocumentPer;
}

const textExtensions = ['.txt', '.text', '.md'];
const nouns = { singular: 'text file', plural: 'text files' };

/**
 * Texts in UTF-8: a file, whose lines are the texts; or a folder of files: flat, or one sub-folder a class, or
 * `train/` and `test/` (or `val/`) above those. Where no class has more than one file in either split (without classes:
 * no split), each line is a text, otherwise each file. Empty lines are no texts.
 *
 * A folder is one of texts if more than half of its files are, of the first 1,000: one of pictures with a README, or
 * with a caption for each, stays one of pictures.
 */
export const text: DatasetKind<TextSource> = {
  kind: 'text',
  accepts: `a file or a folder of texts (${textExtensions.join(', ')})`,

  recognize({ path, entry, extensions }) {
    const isText =
      entry === 'folder' ? isMostlyText(extensions) : textExtensions.includes(extname(path).toLowerCase());
    return entry !== undefined && isText ? { kind: 'text', path } : undefined;
  },

  async splits(source) {
    const path = sourceText(source, 'path');
    if ((await entryAt(path)) === 'file') return ['train'];
    const { test } = await findSplitFolders(path);
    return test === undefined ? ['train'] : ['train', 'test'];
  },

  async open(source, context) {
    const path = sourceText(source, 'path');
    const { split } = context;
    const isFile = (await entryAt(path)) === 'file';
    const listed = isFile ? fileAlone(path) : await listSplit(path, split, textExtensions);
    if (listed.paths.length === 0) throw await noFilesError(listed, nouns.singular, textExtensions);
    complainOfLeftOut(listed, nouns, context);
    const documentPer = source.documentPer ?? (isFile ? 'line' : await documentPerIn(path));
    const { texts, files } = await readTexts(listed, documentPer, context);

    const { classes } = listed;
    const labels = classes && Int32Array.from(files, (file) => classes.labels[file] as number);
    const hash = createHash('sha256').update('text\n');
    for (const [index, one] of texts.entries()) hash.update(`${labels?.[index]} ${one.length}\n`).update(one);
    return createPackedTexts({
      ...{ kind: 'text', name: `${basename(path)} (${split})`, source: { ...source, split } },
      ...packTexts(texts),
      ...(classes && labels && { classNames: classes.names, labels }),
      fingerprint: hash.digest('hex'),
    });
  },

  attach: (shared) => Promise.resolve(attachPackedTexts(shared)),
};

function isMostlyText(extensions: ReadonlyMap<string, number>): boolean {
  let [files, texts] = [0, 0];
  for (const [extension, count] of extensions) {
    files += count;
    if (textExtensions.includes(extension)) texts += count;
  }
  return texts > files / 2;
}

function fileAlone(path: string): FolderSplit {
  return { folder: '', paths: [path], leftOut: [], otherExtensions: new Map() };
}

/** What one text is in a folder: decided over both splits, so that they agree. */
async function documentPerIn(root: string): Promise<DocumentPer> {
  const { test } = await findSplitFolders(root);
  const splits = [
    await listSplit(root, 'train', textExtensions),
    ...(test === undefined ? [] : [await listSplit(root, 'test', textExtensions)]),
  ];
  const hasOneFileEach = splits.every(({ paths, classes }) =>
    classes ? new Set(classes.labels).size === paths.length : paths.length <= 1,
  );
  return hasOneFileEach ? 'line' : 'file';
}

/** The texts of files, and the place of the file that each comes from. */
interface Texts {
  readonly texts: readonly Uint8Array[];
  readonly files: readonly number[];
}

async function readTexts(
  { folder, paths }: FolderSplit,
  documentPer: DocumentPer,
  context: OpenContext,
): Promise<Texts> {
  const texts: Uint8Array[] = [];
  const files: number[] = [];
  const empty: string[] = [];
  for (const [index, path] of paths.entries()) {
    const file = join(folder, path);
    const found = parseDocuments(await bytesOf(file), { documentPer, file });
    if (found.length === 0) empty.push(path);
    for (const one of found) {
      texts.push(one);
      files.push(index);
    }
  }
  if (texts.length === 0) {
    const [what, they] = folder === '' ? [paths[0], 'it is'] : [folder, `its ${nouns.plural} are`];
    throw new UserError(`${what} holds no text: ${they} empty, or white space only`);
  }
  if (empty.length > 0) {
    const what = `${empty.length} of ${paths.length} ${nouns.plural} without text left out`;
    complain(`${what}: ${nameSome(empty)}`, `in ${folder}: fill or remove them`, context);
  }
  return { texts, files };
}
