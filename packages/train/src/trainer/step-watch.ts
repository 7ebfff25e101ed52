import type { AnyMethod } from '@ssl/losses';
import { methodError, tapedHooks, type MethodHook } from './method-guard.ts';
import type { StateTrees } from './state-trees.ts';
import { watchState } from './state-watch.ts';

/** Steps at which a hook may leave a tensor behind: something that is kept for later once is no leak. */
const tolerated = 2;

type WatchedHook = MethodHook | typeof tapedHooks;

/** Watches a method's hooks, for the contract and under `--check`: it costs a little time at every step. */
export interface StepWatch {
  /**
   * A hook has left this many tensors behind in a step, or fewer than none.
   *
   * @throws MethodError if it has done so in three steps
   */
  noteTensors(hook: WatchedHook, tensors: number): void;
  /**
   * Remembers the state before `forward` and `objective`.
   *
   * @returns a function that throws a MethodError if they have written to it
   */
  watchPurity(trees: StateTrees): () => void;
}

export function createStepWatch(method: AnyMethod): StepWatch {
  const times = new Map<WatchedHook, number>();
  return {
    noteTensors(hook, tensors) {
      if (tensors <= 0) return;
      const count = (times.get(hook) ?? 0) + 1;
      times.set(hook, count);
      if (count <= tolerated) return;
      throw methodError(
        method,
        hook,
        `it leaks: ${tensors} ${tensors === 1 ? 'tensor is' : 'tensors are'} left behind at each step; dispose what ` +
          'tf.keep keeps, or make it memory of the state in init',
      );
    },
    watchPurity(trees) {
      const writtenSince = watchState(trees);
      return () => {
        const written = writtenSince();
        if (written === undefined) return;
        throw methodError(
          method,
          tapedHooks,
          `it writes "${written}" of the state; both must be pure: write in beforeStep or afterStep`,
        );
      };
    },
  };
}
