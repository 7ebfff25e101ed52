import { UserError } from '@ssl/errors';
import { findInvalidUtf8 } from './find-invalid-utf8.ts';

/** How {@link parseDocuments} reads a file. */
export interface ParseDocumentsOptions {
  /** What is one document: a line, or the whole file. */
  readonly documentPer: 'line' | 'file';
  /** Name of the file, for errors. */
  readonly file: string;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark: readonly number[] = [0xef, 0xbb, 0xbf];

/**
 * The documents of a text file, as UTF-8. A byte order mark at its beginning is dropped, and lines may end in LF or
 * CR LF, of which a document keeps the LF only. Documents that are empty or white space are left out.
 *
 * @param bytes content of the file. Documents may share its memory: do not write to it
 * @returns the UTF-8 of each document, in the order of the file; without its line end where a line is a document
 * @throws UserError that names file, line and byte offset if the file is not valid UTF-8
 */
export function parseDocuments(
  bytes: Uint8Array,
  { documentPer, file }: ParseDocumentsOptions,
): readonly Uint8Array[] {
  checkUtf8(bytes, file);
  const hasMark = byteOrderMark.every((byte, index) => bytes[index] === byte);
  const text = hasMark ? bytes.subarray(byteOrderMark.length) : bytes;
  const documents = documentPer === 'line' ? linesOf(text) : [withLineFeeds(text)];
  return documents.filter((document) => !document.every(isWhiteSpace));
}

function linesOf(text: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < text.length;) {
    const found = text.indexOf(lineFeed, start);
    const next = found === -1 ? text.length : found;
    const end = next > start && text[next - 1] === carriageReturn ? next - 1 : next;
    lines.push(text.subarray(start, end));
    start = next + 1;
  }
  return lines;
}

/** The text with LF for each CR LF; the same memory where there is none. */
function withLineFeeds(text: Uint8Array): Uint8Array {
  const isDropped = (byte: number, at: number): boolean =>
    byte === carriageReturn && text[at + 1] === lineFeed;
  return text.some(isDropped) ? text.filter((byte, at) => !isDropped(byte, at)) : text;
}

/** Space, tab, line feed, vertical tab, form feed or carriage return. */
function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= carriageReturn);
}

function checkUtf8(bytes: Uint8Array, file: string): void {
  const offset = findInvalidUtf8(bytes);
  if (offset === -1) return;
  let line = 1;
  for (let at = bytes.indexOf(lineFeed); at !== -1 && at < offset; at = bytes.indexOf(lineFeed, at + 1))
    line++;
  const byte = (bytes[offset] as number).toString(16).padStart(2, '0');
  throw new UserError(
    `${file}: line ${line} is not valid UTF-8 (byte 0x${byte} at offset ${offset} of the file); ` +
      'save the file as UTF-8, for example with iconv -f LATIN1 -t UTF-8',
  );
}
