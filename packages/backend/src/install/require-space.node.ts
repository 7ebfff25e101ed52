import { statfs } from 'node:fs/promises';
import { UserError } from '@ssl/errors';

/**
 * Checks for room before anything is downloaded.
 *
 * @param name of the function that installs, for the message
 * @param home folder that exists
 * @throws UserError where there is too little
 */
export async function requireSpace(name: string, home: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  throw new UserError(
    `${name}: needs ${gigabytes(neededBytes)} GB of free disk space in ${home}, has ${gigabytes(free)}; ` +
      'free some, or set SSL_HOME to a folder on another disk',
  );
}
