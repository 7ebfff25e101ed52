import type { Split } from '../dataset.ts';
import type { DatasetKind } from '../dataset-kind.node.ts';
import { subset, type SharedSubset, type SubsetSource } from '../subset.ts';

/** Subsets, opened again from the source that `subset(…)` gave them. They cannot be asked for by `--data`. */
export const subsetKind: DatasetKind<SubsetSource> = {
  kind: 'subset',
  recognize: () => undefined,
  splits: (source) => Promise.resolve([(source.of.split ?? 'train') as Split]),
  open: async (source, { openDataset }) => subset(await openDataset(source.of), source.indices),
  attach: async (shared, attachDataset) => {
    const { of, indices } = shared as SharedSubset;
    return subset(await attachDataset(of), indices);
  },
};
