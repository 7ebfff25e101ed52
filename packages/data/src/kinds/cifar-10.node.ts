import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

import { UserError } from '@ssl/errors';

import type { DatasetSource, Split } from '../dataset.ts';
import { sourceText, type DatasetKind } from '../dataset-kind.node.ts';
import { bytesOf, namesIn } from '../file-system.node.ts';
import { attachPackedDataset, createPackedDataset } from '../packed-dataset.ts';

/** The source of CIFAR-10 binary files. */
export interface Cifar10Source extends DatasetSource {
  readonly kind: 'cifar-10';
  /** The folder. */
  readonly path: string;
}

const height = 32;
const width = 32;
const channels = 3;
const recordLength = 1 + channels * height * width;

const filesOf: Readonly<Record<Split, RegExp>> = {
  train: /^data_batch_\d+\.bin$/i,
  test: /^test_batch\.bin$/i,
};

const knownClassNames = [
  ...['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
];

/**
 * CIFAR-10, binary version (https://www.cs.toronto.edu/~kriz/cifar.html): files of records of 3073 bytes, one
 * label and the red, green and blue plane of 32×32 pixels. Any number of records a file, any of the five training
 * files. Class names come from `batches.meta.txt` where it is there.
 */
export const cifar10: DatasetKind<Cifar10Source> = {
  kind: 'cifar-10',
  accepts: 'a CIFAR-10 binary folder (data_batch_1.bin … test_batch.bin)',

  recognize({ path, names }) {
    return splitsAmong(names).length > 0 ? { kind: 'cifar-10', path } : undefined;
  },

  async splits(source) {
    return splitsAmong(await namesIn(sourceText(source, 'path')));
  },

  async open(source, { split }) {
    const folder = sourceText(source, 'path');
    const names = await namesIn(folder);
    const classNames = await readClassNames(folder, names);
    const files = names.filter((name) => filesOf[split].test(name)).sort(byNumber);
    const parts = await Promise.all(files.map((name) => readRecords(join(folder, name), classNames.length)));

    // Shared from the start, so that workers need no copy of their own.
    const bytes = new Uint8Array(new SharedArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0)));
    let end = 0;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
    }
    const length = end / recordLength;
    return createPackedDataset({
      ...{ kind: 'cifar-10', name: `cifar-10 (${split})`, source: { ...source, split }, classNames },
      ...{ bytes, length, height, width, channels, offset: 1, stride: recordLength, planar: true },
      labels: Int32Array.from({ length }, (_, index) => bytes[index * recordLength] as number),
      fingerprint: createHash('sha256').update('cifar-10\n').update(bytes).digest('hex'),
    });
  },

  attach: (shared) => Promise.resolve(attachPackedDataset(shared)),
};

function splitsAmong(names: readonly string[]): Split[] {
  return (['train', 'test'] as const).filter((split) => names.some((name) => filesOf[split].test(name)));
}

/** `data_batch_2` before `data_batch_10`. */
function byNumber(a: string, b: string): number {
  const number = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  return number(a) - number(b);
}

async function readClassNames(folder: string, names: readonly string[]): Promise<readonly string[]> {
  if (!names.includes('batches.meta.txt')) return knownClassNames;
  const text = new TextDecoder().decode(await bytesOf(join(folder, 'batches.meta.txt')));
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '');
}

async function readRecords(path: string, classes: number): Promise<Uint8Array> {
  const bytes = await bytesOf(path);
  const name = basename(path);
  const records = Math.floor(bytes.length / recordLength);
  if (bytes.length === 0 || bytes.length !== records * recordLength) {
    const excess =
      bytes.length === 0
        ? ''
        : ` (${records} records and ${bytes.length - records * recordLength} bytes more)`;
    throw new UserError(
      `${name} is ${bytes.length} bytes long${excess}, expected a multiple of ${recordLength}, the length of a ` +
        'CIFAR-10 record (1 label + 3×32×32 pixels): the file is incomplete or of another kind',
    );
  }
  for (let record = 0; record < records; record++) {
    const label = bytes[record * recordLength] as number;
    if (label < classes) continue;
    throw new UserError(
      `${name}: record ${record} has label ${label}, expected 0 to ${classes - 1}: the file is damaged or of another kind`,
    );
  }
  return bytes;
}
