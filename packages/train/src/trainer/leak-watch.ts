import type { AnyMethod } from '@ssl/losses';
import { methodError, type MethodHook } from './method-guard.ts';

/** Steps at which a hook may leave a tensor behind: something that is kept for later once is no leak. */
const tolerated = 2;

/** Tells of hooks that leave more and more tensors behind. */
export interface LeakWatch {
  /**
   * A hook has left this many tensors behind in a step, or fewer than none.
   *
   * @throws MethodError if it has done so in three steps
   */
  note(hook: MethodHook, tensors: number): void;
}

export function createLeakWatch(method: AnyMethod): LeakWatch {
  const times = new Map<MethodHook, number>();
  return {
    note(hook, tensors) {
      if (tensors <= 0) return;
      const count = (times.get(hook) ?? 0) + 1;
      times.set(hook, count);
      if (count <= tolerated) return;
      throw methodError(
        method,
        hook,
        `it leaks: ${tensors} ${tensors === 1 ? 'tensor is' : 'tensors are'} left behind at each step; dispose what ` +
          'tf.keep keeps, or make it a buffer of the state in init',
      );
    },
  };
}
