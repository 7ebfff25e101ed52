import { isHostBuffer, type HostArray } from '@ssl/models';
import { allTrees, type StateTrees } from './state-trees.ts';

/** Host buffers of more values are not compared: copying a large label table at every step takes time. */
const mostHostValues = 1_000_000;

/**
 * Remembers a method's state, to tell later whether something was written to it. Tensors are told apart by their
 * storage, which assigning changes, so that nothing is read.
 *
 * @returns a function that names the entry that has been written since, or `undefined`
 */
export function watchState(trees: StateTrees): () => string | undefined {
  const entries = allTrees(trees).flatMap((tree) => [...tree]);
  const storage = new Map<string, object>();
  const copies = new Map<string, HostArray>();
  for (const [name, entry] of entries) {
    if (!isHostBuffer(entry)) storage.set(name, entry.variable.dataId);
    else if (entry.data.length <= mostHostValues) copies.set(name, entry.data.slice());
  }
  return () => {
    for (const [name, entry] of entries) {
      if (isHostBuffer(entry)) {
        const copy = copies.get(name);
        if (copy && entry.data.some((value, at) => !Object.is(value, copy[at]))) return name;
      } else if (entry.variable.dataId !== storage.get(name)) {
        return name;
      }
    }
    return undefined;
  };
}
