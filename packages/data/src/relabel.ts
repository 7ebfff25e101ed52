import { unknownNameError, UserError } from '@ssl/errors';

import type { Dataset } from './dataset.ts';

/** The class of a sample, as a user names both. */
export interface LabelEntry {
  /** The sample's name (`Dataset.names`), or its index in a set whose samples have no names. */
  readonly sample: string;
  /** A class by its name, or by its number where no class is called so. Empty: unknown. */
  readonly className: string;
}

/**
 * The same samples with other labels: those given, −1 for all other samples. Classes are the data set's own; those of a
 * set without classes are the ones that occur, sorted by name.
 *
 * @param source where the labels come from, e.g. a file: errors begin with it
 * @throws UserError for samples and classes that there are not, with the first one and their number, for a sample of
 * two classes, and for fewer than two classes
 */
export function relabel(dataset: Dataset, entries: readonly LabelEntry[], source: string): Dataset {
  const classNames = dataset.classNames ?? classesOf(entries);
  if (classNames.length < 2) {
    throw new UserError(
      `${source}: expected samples of two classes at least, got ${classNames.length === 0 ? 'none' : `only "${classNames[0] ?? ''}"`}`,
    );
  }
  const labels = new Int32Array(dataset.length).fill(-1);
  const seen = new Map<number, string>();
  const find = sampleFinder(dataset);
  const unknownSamples: string[] = [];
  const unknownClasses: string[] = [];
  for (const { sample, className } of entries) {
    const index = find(sample);
    const label = labelOf(className, classNames);
    if (index === undefined) unknownSamples.push(sample);
    if (label === undefined) unknownClasses.push(className);
    if (index === undefined || label === undefined) continue;
    const before = seen.get(index);
    if (before !== undefined && before !== className) {
      throw new UserError(
        `${source}: ${JSON.stringify(sample)} has two classes, "${before}" and "${className}"`,
      );
    }
    seen.set(index, className);
    labels[index] = label;
  }
  const [sample] = unknownSamples;
  if (sample !== undefined) {
    throw new UserError(
      `${source}: ${unknownSamples.length} of ${entries.length} lines name samples that are not in ${dataset.name}, ` +
        `the first one ${JSON.stringify(sample)}; ${expectedSample(dataset)}`,
    );
  }
  const [className] = unknownClasses;
  if (className !== undefined) {
    throw new UserError(
      `${source}: ${unknownClasses.length} of ${entries.length} lines name classes that are not in ${dataset.name}: ` +
        unknownNameError('class', className, classNames).message,
    );
  }
  return { ...dataset, classNames, labels };
}

function classesOf(entries: readonly LabelEntry[]): readonly string[] {
  return [...new Set(entries.map(({ className }) => className))].filter((name) => name !== '').sort();
}

function labelOf(className: string, classNames: readonly string[]): number | undefined {
  if (className === '') return -1;
  const named = classNames.indexOf(className);
  if (named >= 0) return named;
  return wholeNumberBelow(className, classNames.length);
}

/** By name, where samples have names: with either slash, and with or without `./`. Else by index. */
function sampleFinder({ names, length }: Dataset): (sample: string) => number | undefined {
  if (names === undefined) return (sample) => wholeNumberBelow(sample, length);
  const indices = new Map(names.map((name, index) => [withSlashes(name), index]));
  return (sample) => indices.get(withSlashes(sample));
}

function withSlashes(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '');
}

function wholeNumberBelow(text: string, end: number): number | undefined {
  return /^\d+$/.test(text) && Number(text) < end ? Number(text) : undefined;
}

function expectedSample({ names, length }: Dataset): string {
  return names === undefined
    ? `name them by their index, 0 to ${length - 1}`
    : `name them by their path in the data folder, such as ${JSON.stringify(names[0] ?? '')}`;
}
