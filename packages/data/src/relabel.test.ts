import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';

import type { Dataset } from './dataset.ts';
import { numberedDataset } from './fixtures/numbered-dataset.ts';
import { relabel, type LabelEntry } from './relabel.ts';
import { subset } from './subset.ts';

function entries(...pairs: readonly (readonly [string, string])[]): readonly LabelEntry[] {
  return pairs.map(([sample, className]) => ({ sample, className }));
}

/** A folder without classes. */
function flat(...names: readonly string[]): Dataset {
  const { source, length, samples, fingerprint, read, close } = numberedDataset(names.length);
  return { name: 'photos (train)', source, length, samples, fingerprint, read, close, names };
}

describe('relabel', () => {
  it('gives a set without labels those of the file, −1 to the others, and sorted classes', () => {
    const dataset = flat('a.jpg', 'x/b.jpg', 'c.jpg', 'd.jpg');
    const labelled = relabel(
      dataset,
      entries(['./x\\b.jpg', 'dog'], ['c.jpg', 'cat'], ['d.jpg', '']),
      'labels.csv',
    );
    expect(labelled.classNames).toEqual(['cat', 'dog']);
    expect(labelled.labels).toEqual(Int32Array.of(-1, 1, 0, -1));
    expect(labelled.fingerprint).toBe(dataset.fingerprint);
    expect(subset(labelled, [2, 1])).toMatchObject({
      labels: Int32Array.of(0, 1),
      names: ['c.jpg', 'x/b.jpg'],
    });
  });

  it('replaces labels by index where samples have no names, with the set’s own classes', () => {
    const labelled = relabel(numberedDataset(4), entries(['3', '7'], ['0', '9']), 'labels.csv');
    expect(labelled.labels).toEqual(Int32Array.of(9, -1, -1, 7));
    expect(labelled.classNames).toHaveLength(10);
  });

  it('takes the number of a class where no class is called so', () => {
    const named = { ...numberedDataset(3), classNames: ['cat', 'dog'] };
    expect(relabel(named, entries(['0', '1'], ['1', 'cat']), 'f').labels).toEqual(Int32Array.of(1, 0, -1));
  });

  it.each<[string, Dataset, readonly LabelEntry[], string]>([
    [
      'unknown files',
      flat('a.jpg', 'b.jpg'),
      entries(['a.jpg', 'x'], ['z.jpg', 'y'], ['q.jpg', 'y']),
      'l.csv: 2 of 3 lines name samples that are not in photos (train), the first one "z.jpg"; name them by their path in the data folder, such as "a.jpg"',
    ],
    [
      'an index beyond the set',
      numberedDataset(4),
      entries(['4', '1']),
      'l.csv: 1 of 1 lines name samples that are not in numbered, the first one "4"; name them by their index, 0 to 3',
    ],
    [
      'unknown classes',
      { ...numberedDataset(4), classNames: ['cat', 'dog'] },
      entries(['0', 'dgo'], ['1', '2']),
      'l.csv: 2 of 2 lines name classes that are not in numbered: unknown class "dgo": did you mean "dog"? (valid: cat, dog)',
    ],
    [
      'two classes of one sample',
      flat('a.jpg', 'b.jpg'),
      entries(['a.jpg', 'x'], ['a.jpg', 'y']),
      'l.csv: "a.jpg" has two classes, "x" and "y"',
    ],
    [
      'one class',
      flat('a.jpg'),
      entries(['a.jpg', 'x']),
      'l.csv: expected samples of two classes at least, got only "x"',
    ],
  ])('says in one line what is wrong: %s', (_, dataset, given, message) => {
    try {
      relabel(dataset, given, 'l.csv');
      expect.unreachable();
    } catch (error) {
      expect(isUserError(error) && error.message).toBe(message);
    }
  });
});
