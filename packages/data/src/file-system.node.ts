import { readdir, readFile, stat } from 'node:fs/promises';

import { UserError } from '@ssl/errors';

/** Whether a file or folder is at `path`; links are followed. `undefined` where there is nothing. */
export async function entryAt(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error))) return undefined;
    throw unreadable(path, error);
  }
}

/** @throws UserError if the folder cannot be read */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** @throws UserError if the file cannot be read */
export async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** `ENOENT` and its like; empty for errors that are not the system's. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The error for a file that the system did not let read, as a UserError where it has a code of the system's. */
export function unreadable(path: string, error: unknown): Error {
  const code = errorCode(error);
  if (code === '') return error as Error;
  const reason = {
    ENOENT: 'no such file or folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
  }[code];
  return new UserError(`cannot read ${path}: ${reason ?? code}`, { cause: error });
}
