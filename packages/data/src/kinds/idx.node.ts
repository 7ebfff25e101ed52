import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { UserError } from '@ssl/errors';

import type { DatasetSource, Split } from '../dataset.ts';
import { sourceText, type DatasetKind } from '../dataset-kind.node.ts';
import { bytesOf, namesIn } from '../file-system.node.ts';
import { attachPackedDataset, createPackedDataset } from '../packed-dataset.ts';

/** The source of IDX files. */
export interface IdxSource extends DatasetSource {
  readonly kind: 'idx';
  /** The folder. */
  readonly path: string;
  /** What the files' names begin with, such as `emnist-letters-`; empty for MNIST and Fashion-MNIST. */
  readonly prefix: string;
}

interface IdxFile {
  readonly name: string;
  readonly prefix: string;
  readonly split: Split;
  readonly content: 'images' | 'labels';
}

const unpack = promisify(gunzip);
const headerLengths = { images: 16, labels: 8 };
const magicNumbers = { images: 0x00000803, labels: 0x00000801 };

/**
 * IDX files, MNIST and its kin (http://yann.lecun.com/exdb/mnist): grey images of one size in
 * `train-images-idx3-ubyte` and `t10k-images-idx3-ubyte`, their labels in `…-labels-idx1-ubyte`; each may be
 * packed (`.gz`), and the names may begin with that of the set (`emnist-letters-…`). Without a file of labels the
 * set has none. Classes are named by their number. Pixels are taken in the order of the file (EMNIST's images
 * are transposed there).
 */
export const idx: DatasetKind<IdxSource> = {
  kind: 'idx',
  accepts: 'a folder of IDX files (train-images-idx3-ubyte[.gz])',

  recognize({ text, path, entry, names }) {
    if (entry === 'file') {
      const file = parseName(basename(path));
      return file && { kind: 'idx', path: dirname(path), prefix: file.prefix };
    }
    const images = filesAmong(names).filter((file) => file.content === 'images');
    const prefixes = [...new Set(images.map((file) => file.prefix))].sort();
    if (prefixes.length > 1) {
      const example = images.find((file) => file.split === 'train') ?? images[0];
      throw new UserError(
        `${text} holds several IDX sets (${prefixes.map((prefix) => prefix || 'train-…').join(', ')}): ` +
          `name one by its file, such as ${join(text, example?.name ?? '')}`,
      );
    }
    return prefixes[0] === undefined ? undefined : { kind: 'idx', path, prefix: prefixes[0] };
  },

  async splits(source) {
    const images = (await filesOf(source)).filter((file) => file.content === 'images');
    return (['train', 'test'] as const).filter((split) => images.some((file) => file.split === split));
  },

  async open(source, { split }) {
    const files = await filesOf(source);
    const find = (wanted: Split, content: IdxFile['content']): string | undefined =>
      files.find((file) => file.split === wanted && file.content === content)?.name;
    const read = async (name: string, content: IdxFile['content']): Promise<Uint8Array> =>
      checkIdx(name, await readUnpacked(join(sourceText(source, 'path'), name)), content);

    const images = await read(find(split, 'images') as string, 'images');
    const [length, height, width] = [dimension(images, 0), dimension(images, 1), dimension(images, 2)];
    const labelsName = find(split, 'labels');
    const labels =
      labelsName === undefined ? undefined : Int32Array.from((await read(labelsName, 'labels')).subarray(8));
    if (labels && labels.length !== length) {
      throw new UserError(
        `${labelsName} has ${labels.length} labels for ${length} images in ${find(split, 'images')}`,
      );
    }

    const bytes = new Uint8Array(new SharedArrayBuffer(images.length));
    bytes.set(images);
    // Both splits must agree on the classes, even where the smaller one lacks the last of them.
    const otherName = find(split === 'train' ? 'test' : 'train', 'labels');
    const otherLabels =
      labels && otherName !== undefined ? (await read(otherName, 'labels')).subarray(8) : [];
    const classes = labels
      ? [...labels, ...otherLabels].reduce((most, label) => Math.max(most, label + 1), 0)
      : 0;
    const hash = createHash('sha256').update('idx\n').update(bytes);
    if (labels) hash.update(Uint8Array.from(labels));
    return createPackedDataset({
      ...{ kind: 'idx', name: `${nameOf(source)} (${split})`, source: { ...source, split } },
      ...{ bytes, length, height, width, channels: 1, offset: 16, stride: height * width, planar: false },
      ...(labels && { labels, classNames: Array.from({ length: classes }, (_, label) => String(label)) }),
      fingerprint: hash.digest('hex'),
    });
  },

  attach: (shared) => Promise.resolve(attachPackedDataset(shared)),
};

/** The folder's name says more than `idx`: it is `mnist` or `fashion-mnist`. */
function nameOf(source: IdxSource): string {
  return source.prefix === '' ? basename(source.path) : source.prefix.replace(/[-_.]$/, '');
}

function parseName(name: string): IdxFile | undefined {
  const match = /^(.*?)(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(?:\.gz)?$/i.exec(name);
  if (!match) return undefined;
  const [, prefix = '', split = '', content = ''] = match;
  return {
    name,
    prefix,
    split: split.toLowerCase() === 'train' ? 'train' : 'test',
    content: content.toLowerCase() as IdxFile['content'],
  };
}

function filesAmong(names: readonly string[]): IdxFile[] {
  // Sorted, so that of a packed and an unpacked copy it is always the unpacked one that is taken.
  return [...names].sort().flatMap((name) => parseName(name) ?? []);
}

async function filesOf(source: IdxSource): Promise<IdxFile[]> {
  return filesAmong(await namesIn(sourceText(source, 'path'))).filter(
    (file) => file.prefix === source.prefix,
  );
}

async function readUnpacked(path: string): Promise<Uint8Array> {
  const bytes = await bytesOf(path);
  if (!/\.gz$/i.test(path)) return bytes;
  try {
    return await unpack(bytes);
  } catch (error) {
    throw new UserError(`${basename(path)} cannot be unpacked: it is incomplete or no gzip file`, {
      cause: error,
    });
  }
}

function dimension(bytes: Uint8Array, index: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4 + 4 * index);
}

function checkIdx(name: string, bytes: Uint8Array, content: IdxFile['content']): Uint8Array {
  const headerLength = headerLengths[content];
  const magic = bytes.length < 4 ? 'none' : hex(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  if (magic !== hex(magicNumbers[content])) {
    throw new UserError(
      `${name} begins with ${magic}, expected ${hex(magicNumbers[content])}, the magic number of IDX ${content}`,
    );
  }
  const dimensions =
    bytes.length < headerLength
      ? []
      : Array.from({ length: (headerLength - 4) / 4 }, (_, i) => dimension(bytes, i));
  const expected = headerLength + dimensions.reduce((product, size) => product * size, 1);
  if (dimensions.length === 0 || bytes.length !== expected) {
    throw new UserError(
      `${name} is ${bytes.length} bytes long${name.endsWith('.gz') ? ' unpacked' : ''}, expected ` +
        (dimensions.length === 0
          ? `at least ${headerLength}`
          : `${expected} (${headerLength} + ${dimensions.join('×')})`) +
        ': the file is incomplete or damaged',
    );
  }
  return bytes;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
