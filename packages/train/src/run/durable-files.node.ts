import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { UserError } from '@ssl/errors';

/** The few things that a run folder does to a disk. Tests put a failing one in place of it. */
export interface DurableFiles {
  makeDirectory(path: string): Promise<void>;
  /** Writes a new file, and returns once it is on the disk. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  append(path: string, text: string): Promise<void>;
  /** Shortens a file to a length in bytes. */
  truncate(path: string, length: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with all it holds; nothing where there is none. */
  remove(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncDirectory(path: string): Promise<void>;
  /** A file's bytes, or `undefined` where there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The names in a folder, or `undefined` where there is no such folder. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** A file's length in bytes, or `undefined` where there is no such file. */
  size(path: string): Promise<number | undefined>;
}

/** The disk itself. */
export const durableFiles: DurableFiles = {
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true })),
  write: async (path, bytes) => {
    const file = await open(path, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  append: (path, text) => appendFile(path, text),
  truncate: (path, length) => truncate(path, length),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  syncDirectory: async (path) => {
    // Windows cannot open folders: there, the file system alone answers for its names.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  read: async (path) => {
    const bytes = await orUndefined(readFile(path));
    // A plain Uint8Array: `slice` of a Buffer is no copy.
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
  list: (path) => orUndefined(readdir(path)),
  size: async (path) => (await orUndefined(stat(path)))?.size,
};

async function orUndefined<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * The error to report for one that came from writing: one line for a full disk or a folder that may not be
 * written to, anything else as it is.
 *
 * @param place what was written to
 * @param remedy what to do, e.g. `free some space and resume the run`
 */
export function writingError(error: unknown, place: string, remedy: string): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new UserError(`${place}: the disk is full; ${remedy}`, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError(`${place}: may not be written to; change its permissions, and ${remedy}`, {
        cause: error,
      });
    default:
      return error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
