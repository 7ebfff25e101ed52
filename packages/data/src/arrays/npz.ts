import { UserError } from '@ssl/errors';
import { unzipSync } from 'fflate';

import { readNpy, type NpyArray } from './npy.ts';

export interface ReadNpzOptions {
  /** What to call the file in errors. Default `NPZ file`. */
  readonly name?: string;
  /** Whether to unpack the array of this name. Default: all are unpacked. */
  readonly wants?: (arrayName: string) => boolean;
}

/**
 * Reads the arrays of an NPZ file (`numpy.savez`, `numpy.savez_compressed`), by name, in the order of the file. Members
 * that do not end in `.npy` are left out.
 *
 * @throws UserError if it is not a ZIP file, is damaged, or an array cannot be read (see {@link readNpy})
 */
export function readNpz(
  bytes: Uint8Array,
  { name = 'NPZ file', wants }: ReadNpzOptions = {},
): Map<string, NpyArray> {
  const members = unpack(bytes, name, (member) => wants === undefined || wants(member));
  return new Map([...members].map(([member, content]) => [member, readNpy(content, `${name}: ${member}`)]));
}

/** Names of the arrays of an NPZ file, in its order, without unpacking them. */
export function readNpzNames(bytes: Uint8Array, name = 'NPZ file'): readonly string[] {
  const names: string[] = [];
  unpack(bytes, name, (member) => {
    names.push(member);
    return false;
  });
  return names;
}

function unpack(
  bytes: Uint8Array,
  name: string,
  wants: (arrayName: string) => boolean,
): Map<string, Uint8Array> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new UserError(
      `${name}: expected an NPZ file, which is a ZIP archive: save the arrays with numpy.savez`,
    );
  }
  try {
    const files = unzipSync(bytes, {
      filter: (file) => file.name.endsWith('.npy') && wants(arrayName(file.name)),
    });
    return new Map(Object.entries(files).map(([file, content]) => [arrayName(file), content]));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${name}: expected a whole ZIP archive: the file is damaged or truncated (${reason})`,
      {
        cause: error,
      },
    );
  }
}

function arrayName(fileName: string): string {
  return fileName.replace(/\.npy$/, '');
}
