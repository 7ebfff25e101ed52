import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

import { UserError } from '@ssl/errors';

import type { DatasetSource, Split } from '../dataset.ts';
import { sourceText, type DatasetKind, type OpenContext } from '../dataset-kind.node.ts';
import { bytesOf, entryAt } from '../file-system.node.ts';
import { findSplitFolders } from '../image-folder-layout.node.ts';
import { attachPackedTexts, createPackedTexts, packTexts } from '../text/packed-texts.ts';
import { parseDocuments } from '../text/parse-documents.ts';
import {
  holdsTexts,
  isTextFile,
  listTextSplit,
  textExtensions,
  type DocumentPer,
  type TextFolderSplit,
} from '../text-folder-layout.node.ts';

/** The source of a file or folder of texts. */
export interface TextSource extends DatasetSource {
  readonly kind: 'text';
  /** The file or folder. */
  readonly path: string;
  /** What is one text. Default: as `listTextSplit` says. */
  readonly documentPer?: DocumentPer;
}

/** Files that a message names, before it only counts. */
const filesNamed = 5;

/**
 * Texts in UTF-8: a file, whose lines are the texts; or a folder of files, flat, or one sub-folder a class, or
 * `train/` and `test/` (or `val/`) above those. Where each folder holds one file, its lines are the texts, otherwise
 * each file is one. Empty lines are no texts.
 */
export const text: DatasetKind<TextSource> = {
  kind: 'text',
  accepts: `a file or a folder of texts (${textExtensions.join(', ')})`,

  async recognize({ path, entry }) {
    const isText = entry === 'folder' ? await holdsTexts(path) : entry === 'file' && isTextFile(path);
    return isText ? { kind: 'text', path } : undefined;
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
    const listed = await listFiles(path, split);
    const { folder, paths, classes, leftOut } = listed;
    if (leftOut.length > 0) {
      complain(
        `${countFiles(leftOut)} beside the folders of the classes left out: ${nameSome(leftOut)}`,
        context,
      );
    }
    const documentPer = source.documentPer ?? listed.documentPer;
    const texts: Uint8Array[] = [];
    const labels: number[] = [];
    const empty: string[] = [];
    for (const [index, file] of paths.entries()) {
      const found = parseDocuments(await bytesOf(join(folder, file)), {
        documentPer,
        file: join(folder, file),
      });
      if (found.length === 0) empty.push(file);
      for (const one of found) {
        texts.push(one);
        labels.push(classes?.labels[index] ?? -1);
      }
    }
    if (texts.length === 0) throw new UserError(nothingIn(path, listed));
    if (empty.length > 0) complain(`${countFiles(empty)} without text left out: ${nameSome(empty)}`, context);

    const hash = createHash('sha256').update('text\n');
    for (const [index, one] of texts.entries()) hash.update(`${labels[index]} ${one.length}\n`).update(one);
    return createPackedTexts({
      ...{ kind: 'text', name: `${basename(path)} (${split})`, source: { ...source, split } },
      ...packTexts(texts),
      ...(classes && { classNames: classes.names, labels: Int32Array.from(labels) }),
      fingerprint: hash.digest('hex'),
    });
  },

  attach: (shared) => Promise.resolve(attachPackedTexts(shared)),
};

/** The files of a split; a file is a folder of one. */
async function listFiles(path: string, split: Split): Promise<TextFolderSplit> {
  if ((await entryAt(path)) !== 'file') return listTextSplit(path, split);
  return { folder: '', paths: [path], leftOut: [], documentPer: 'line' };
}

function nothingIn(path: string, { folder, paths }: TextFolderSplit): string {
  if (folder === '') return `${path} holds no text: it is empty, or white space only`;
  if (paths.length === 0) return `${folder} holds no text (${textExtensions.join(', ')})`;
  return `${folder} holds no text: its ${countFiles(paths)} ${paths.length === 1 ? 'is' : 'are'} empty, or white space only`;
}

/** A warning, or with `strict` an error. */
function complain(what: string, { strict, onWarning }: OpenContext): void {
  if (strict) throw new UserError(`${what} (move or remove them, or leave out --strict)`);
  onWarning(`${what}; --strict makes this an error`);
}

function countFiles({ length }: readonly string[]): string {
  return `${length} text ${length === 1 ? 'file' : 'files'}`;
}

function nameSome(names: readonly string[]): string {
  const more = names.length - filesNamed;
  return names.slice(0, filesNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
