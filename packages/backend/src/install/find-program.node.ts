import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The first of the named programs that is in one of the folders, by its path. */
export function findProgram(names: readonly string[], folders: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of folders) {
      const candidate = join(folder, name);
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not there.
      }
    }
  }
  return undefined;
}
