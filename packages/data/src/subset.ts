import { checkIndex, type DatasetSource, type Dataset, type SharedDataset } from './dataset.ts';

/** The source of a subset: of what, and which of its samples. */
export interface SubsetSource extends DatasetSource {
  readonly kind: 'subset';
  readonly of: DatasetSource;
  readonly indices: readonly number[];
}

/** A subset as it travels to workers. */
export interface SharedSubset extends SharedDataset {
  readonly kind: 'subset';
  readonly of: SharedDataset;
  readonly indices: Int32Array;
}

/**
 * Some samples of a data set, in the order given; an index may occur more than once. Sample `i` of the subset is
 * sample `indices[i]` of `dataset`, with its label. Closing the subset closes `dataset`.
 *
 * @throws RangeError if an index is not in [0, dataset.length)
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const chosen = Array.from(indices);
  for (const index of chosen) checkIndex('subset', index, dataset.length);
  const { labels, names } = dataset;
  const source: SubsetSource = { kind: 'subset', of: dataset.source, indices: chosen };
  return {
    name: `${dataset.name}, ${chosen.length} of ${dataset.length}`,
    source,
    length: chosen.length,
    samples: dataset.samples,
    ...(names && { names: chosen.map((index) => names[index] as string) }),
    ...(dataset.classNames && { classNames: dataset.classNames }),
    ...(labels && { labels: Int32Array.from(chosen, (index) => labels[index] as number) }),
    fingerprint: `${dataset.fingerprint}[${chosen.join()}]`,
    read: async (index) => {
      checkIndex('subset.read', index, chosen.length);
      return await dataset.read(chosen[index] as number);
    },
    share: () => {
      const shared: SharedSubset = {
        kind: 'subset',
        of: shareDataset(dataset),
        indices: Int32Array.from(chosen),
      };
      return shared;
    },
    close: () => dataset.close(),
  };
}

/** What to send to a worker for `dataset`: its own `share()`, else the source that the worker is to open. */
export function shareDataset(dataset: Dataset): SharedDataset {
  return dataset.share?.() ?? { kind: dataset.source.kind, source: dataset.source };
}
