import { join } from 'node:path';
import { UserError } from '@ssl/errors';
import type { Checkpoint } from './checkpoint.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-folder.node.ts';
import type { DurableFiles } from './durable-files.node.ts';

/** The checkpoints of a run: `last`, and `previous` as a fallback. */
export interface CheckpointRotation {
  load(): Promise<Checkpoint | undefined>;
  save(checkpoint: Checkpoint): Promise<void>;
}

/**
 * Keeps two checkpoints below a folder so that a whole one can be found after a stop at any instant:
 *
 * 1. the new one is written to `.new` and brought to the disk;
 * 2. `previous` becomes `.old`, `last` becomes `previous`, `.new` becomes `last`;
 * 3. `.old` is removed.
 *
 * Whatever is missing then: `last`, else a whole `.new`, else `previous` is the newest.
 *
 * @param folder usually `checkpoints` of a run; made when the first checkpoint is saved
 * @param onWarning told, in one line, when the last checkpoint is damaged and the previous one is taken
 */
export function createCheckpointRotation(
  files: DurableFiles,
  folder: string,
  onWarning: (line: string) => void,
): CheckpointRotation {
  const path = (name: string): string => join(folder, name);
  let lastIsDamaged = false;

  /** Ends a rotation that was interrupted before `.new` became `last`. */
  async function finishRotation(): Promise<void> {
    const names = (await files.list(folder)) ?? [];
    if (names.includes('.new') && !names.includes('last')) {
      const found = await readCheckpoint(files, path('.new'));
      if (!('damage' in found)) await files.rename(path('.new'), path('last'));
    }
    await files.remove(path('.new'));
    await files.remove(path('.old'));
  }

  return {
    async load() {
      const names = (await files.list(folder)) ?? [];
      // Beside `last`, `.new` was never finished.
      const newest = names.includes('.new') && !names.includes('last') ? '.new' : 'last';
      const found = await readCheckpoint(files, path(newest));
      if (!('damage' in found)) return found;
      if (!names.includes('last') && !names.includes('previous')) return undefined;

      lastIsDamaged = names.includes('last');
      const fallback = await readCheckpoint(files, path('previous'));
      const problem = names.includes('last') ? found.damage : 'it is missing';
      if ('damage' in fallback) {
        throw new UserError(
          `${folder}: no whole checkpoint is left (last: ${problem}; previous: ${fallback.damage}); start a new run`,
        );
      }
      onWarning(
        `${path('last')} is damaged (${problem}); going on from the previous checkpoint, of step ${fallback.state.step}`,
      );
      return fallback;
    },

    async save(checkpoint) {
      await files.makeDirectory(folder);
      await finishRotation();
      try {
        await writeCheckpoint(files, path('.new'), checkpoint);
      } catch (error) {
        // Room for the next attempt; where even that fails, the first error is the one to tell.
        await files.remove(path('.new')).catch(() => undefined);
        throw error;
      }
      const names = (await files.list(folder)) ?? [];
      if (names.includes('last')) {
        // A damaged one must not take the place of a whole fallback.
        if (lastIsDamaged) {
          await files.rename(path('last'), path('.old'));
        } else {
          if (names.includes('previous')) await files.rename(path('previous'), path('.old'));
          await files.rename(path('last'), path('previous'));
        }
      }
      await files.rename(path('.new'), path('last'));
      lastIsDamaged = false;
      await files.syncDirectory(folder);
      await files.remove(path('.old'));
    },
  };
}
