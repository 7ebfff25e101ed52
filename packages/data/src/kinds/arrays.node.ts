import { createHash } from 'node:crypto';
import { basename, dirname, extname, join } from 'node:path';

import { labelsOfArray } from '../arrays/label-array.ts';
import { readNpy, type NpyArray } from '../arrays/npy.ts';
import { arraysOf, type NpzRoles, type SplitArrays } from '../arrays/npz-roles.ts';
import { readNpz, readNpzNames } from '../arrays/npz.ts';
import { samplesOfArray, type ArraySamples } from '../arrays/sample-array.ts';
import type { DatasetSource, Split } from '../dataset.ts';
import { sourceText, type DatasetKind } from '../dataset-kind.node.ts';
import { bytesOf, entryAt, namesIn } from '../file-system.node.ts';
import { measureRange, type ValueRange } from '../formats/value-range.ts';
import { attachPackedSamples, createPackedSamples } from '../packed-samples.ts';
import { valuesIn } from '../value-types.ts';

/** The source of NumPy files. */
export interface ArraysSource extends DatasetSource {
  readonly kind: 'arrays';
  /** An `.npz` file, an `.npy` file, or a folder of `.npy` files. */
  readonly path: string;
}

/** Arrays by their names, which are read when they are asked for. */
interface ArrayStore {
  readonly roles: NpzRoles;
  read(name: string): NpyArray;
  /** How errors call an array. */
  nameOf(name: string): string;
}

/** What may lie beside an `.npy` file of samples that has a name of its own. */
const labelFile = 'labels.npy';
const trainNames = ['x_train', 'train_images'];

/**
 * NumPy files: an `.npz` file by the names of its arrays (see `arraysOf`), a folder of `.npy` files of these names
 * (`x_train.npy`, `y_train.npy`, …), or one `.npy` file, with its labels in `labels.npy` beside it where there are
 * any. Arrays of three or four axes are images, all others arrays of numbers (see `samplesOfArray`). Classes are named
 * by their number. Everything is held in memory once, for all threads.
 */
export const arrays: DatasetKind<ArraysSource> = {
  kind: 'arrays',
  accepts: 'a NumPy file (.npy, .npz)',

  recognize({ path, entry, names }) {
    const isArrayFile = entry === 'file' && ['.npy', '.npz'].includes(extname(path).toLowerCase());
    const isFolder = entry === 'folder' && trainNames.some((name) => names.includes(`${name}.npy`));
    if (!isArrayFile && !isFolder) return undefined;
    // One of a set of files stands for all of them.
    const isPart = isArrayFile && trainNames.some((name) => basename(path) === `${name}.npy`);
    return { kind: 'arrays', path: isPart ? dirname(path) : path };
  },

  async splits(source) {
    const { roles } = await openStore(sourceText(source, 'path'));
    return roles.test === undefined ? ['train'] : ['train', 'test'];
  },

  async open(source, { split, range: given }) {
    const path = sourceText(source, 'path');
    const store = await openStore(path);
    const { roles } = store;
    const own = roles[split] as SplitArrays;
    const samples = samplesOfArray(store.read(own.images), store.nameOf(own.images));
    const { modality, length, shape, valueType, buffer } = samples;
    const labels = labelsOf(store, own, length);
    const range =
      modality !== 'image' || valueType === 'uint8'
        ? undefined
        : (given ?? (await measured(store, samples, split)));
    const hash = createHash('sha256').update(`arrays\n${valueType}\n${shape.join()}\n`);
    hash.update(new Uint8Array(buffer));
    if (labels) hash.update(new Uint8Array(labels.buffer));
    const classes = labels === undefined ? 0 : countClasses(store, labels, split);
    return createPackedSamples({
      ...{ kind: 'arrays', name: `${basename(path)} (${split})`, length, valueType, buffer },
      source: { ...source, split, ...(range && { range }) },
      samples: { modality, shape, ...(range && { range }) },
      ...(labels && { labels, classNames: Array.from({ length: classes }, (_, label) => String(label)) }),
      fingerprint: hash.digest('hex'),
    });
  },

  attach: (shared) => Promise.resolve(attachPackedSamples(shared)),
};

async function openStore(path: string): Promise<ArrayStore> {
  const file = basename(path);
  if ((await entryAt(path)) === 'folder') return npyFiles(path, await npyNames(path));
  const bytes = await bytesOf(path);
  if (extname(path).toLowerCase() === '.npz') {
    return {
      roles: arraysOf(readNpzNames(bytes, file), file),
      read: (name) => readNpz(bytes, { name: file, wants: (other) => other === name }).get(name) as NpyArray,
      nameOf: (name) => `${file}: ${name}`,
    };
  }
  const folder = dirname(path);
  const own = file.replace(/\.npy$/i, '');
  const hasLabels = file !== labelFile && (await entryAt(join(folder, labelFile))) === 'file';
  const labels = hasLabels ? await bytesOf(join(folder, labelFile)) : undefined;
  return {
    roles: { train: { images: own, ...(labels && { labels: 'labels' }) } },
    read: (name) => (name === own ? readNpy(bytes, file) : readNpy(labels as Uint8Array, labelFile)),
    nameOf: (name) => (name === own ? file : labelFile),
  };
}

async function npyNames(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder)).filter((name) => name.endsWith('.npy')).map((name) => name.slice(0, -4));
}

/** The arrays of a folder that have a part to play; others are let alone. */
async function npyFiles(folder: string, names: readonly string[]): Promise<ArrayStore> {
  const roles = arraysOf(names, folder);
  const wanted = [roles.train, roles.test].flatMap((split) => [split?.images, split?.labels]);
  const files = new Map<string, Uint8Array>();
  for (const name of wanted) {
    if (name !== undefined) files.set(name, await bytesOf(join(folder, `${name}.npy`)));
  }
  return {
    roles,
    read: (name) => readNpy(files.get(name) as Uint8Array, `${name}.npy`),
    nameOf: (name) => `${name}.npy`,
  };
}

function labelsOf(store: ArrayStore, { labels }: SplitArrays, length: number): Int32Array | undefined {
  return labels === undefined ? undefined : labelsOfArray(store.read(labels), length, store.nameOf(labels));
}

/** Of both splits, which must agree on the classes, even where one lacks the last of them. */
function countClasses(store: ArrayStore, labels: Int32Array, split: Split): number {
  const other = store.roles[split === 'train' ? 'test' : 'train'];
  const array = other?.labels === undefined ? undefined : store.read(other.labels);
  const others =
    array && other ? labelsOfArray(array, array.shape[0] ?? 0, store.nameOf(other.labels as string)) : [];
  return [...labels, ...others].reduce((most, label) => Math.max(most, label + 1), 0);
}

/** The range of the images of `train`, whichever split `samples` are. */
function measured(store: ArrayStore, samples: ArraySamples, split: Split): Promise<ValueRange> {
  const { images } = store.roles.train;
  const train = split === 'train' ? samples : samplesOfArray(store.read(images), store.nameOf(images));
  return rangeOfSamples(train, store.nameOf(images));
}

function rangeOfSamples(
  { length, shape, valueType, buffer }: ArraySamples,
  name: string,
): Promise<ValueRange> {
  const [height = 0, width = 0, channels = 0] = shape;
  const size = height * width * channels;
  const values = valuesIn(buffer, valueType, 0, length * size);
  return measureRange({
    length,
    read: (index) => ({ height, width, channels, data: values.subarray(index * size, (index + 1) * size) }),
    placeOf: (index) => `${name}, image ${index}`,
  });
}
