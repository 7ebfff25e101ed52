import { UserError } from '@ssl/errors';

/** Element types that are read from NPY files, by NumPy's name. */
export type NpyDtype =
  | 'bool'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64';

/** What the first bytes of an NPY file say about the array. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly dtype: NpyDtype;
  readonly littleEndian: boolean;
  /** Whether the first axis varies fastest in the file. */
  readonly fortranOrder: boolean;
  /** Number of elements: the product of `shape`. */
  readonly length: number;
  /** Where the elements begin, in bytes from the start of the file. */
  readonly dataOffset: number;
  /** Length of the elements in bytes; the file has at least `dataOffset + dataLength` bytes. */
  readonly dataLength: number;
}

const magic = [0x93, ...Array.from('NUMPY', (letter) => letter.charCodeAt(0))];

const dtypes = new Map<string, NpyDtype>([
  ['b1', 'bool'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
]);

/**
 * Reads the header of an NPY file, versions 1 to 3, without its data: the first bytes of a file are enough (a header is
 * most often 128 bytes long, and at most 64 KiB in version 1).
 *
 * Source: NumPy, "NPY format", https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param bytes the file, or its beginning
 * @param name what to call the file in errors
 * @throws UserError if it is not an NPY file, or its elements are objects, records, text or complex numbers
 */
export function readNpyHeader(bytes: Uint8Array, name = 'NPY file'): NpyHeader {
  if (bytes.length < 10) throw truncatedHeader(name, bytes.length);
  if (!magic.every((byte, index) => bytes[index] === byte)) {
    throw new UserError(
      `${name}: expected an NPY file, which begins with "\\x93NUMPY", got ${hex(bytes.subarray(0, 6))}: save the array with numpy.save`,
    );
  }
  const version = bytes[6] as number;
  if (version < 1 || version > 3) {
    throw new UserError(`${name}: expected NPY format version 1, 2 or 3, got ${version}.${bytes[7]}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textOffset = version === 1 ? 10 : 12;
  if (bytes.length < textOffset) throw truncatedHeader(name, bytes.length);
  const dataOffset = textOffset + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataOffset) throw truncatedHeader(name, bytes.length);
  const text = new TextDecoder().decode(bytes.subarray(textOffset, dataOffset));

  const { dtype, littleEndian, itemSize } = parseDescription(text, name);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const dimensions = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (order === undefined || dimensions === undefined) throw malformedHeader(text, name);
  const shape = (dimensions.match(/\d+/g) ?? []).map(Number);
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  return {
    shape,
    dtype,
    littleEndian,
    fortranOrder: order === 'True',
    length,
    dataOffset,
    dataLength: length * itemSize,
  };
}

function parseDescription(
  text: string,
  name: string,
): { dtype: NpyDtype; littleEndian: boolean; itemSize: number } {
  const description = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|([[(]))/.exec(text);
  if (!description) throw malformedHeader(text, name);
  if (description[2] !== undefined) {
    throw new UserError(
      `${name}: structured dtypes (records) are not read: save each field as an array of its own`,
    );
  }
  const descr = description[1] as string;
  if (/^[<>|=]?O/.test(descr)) {
    throw new UserError(
      `${name}: dtype object is not read, for its elements are pickled Python objects: convert the array with ` +
        'astype, or stack arrays of one shape with numpy.stack',
    );
  }
  const dtype = dtypes.get(descr.replace(/^[<>|=]/, ''));
  if (dtype === undefined) {
    throw new UserError(
      `${name}: dtype "${descr}" is not read (read are: ${[...dtypes.values()].join(', ')})`,
    );
  }
  return { dtype, littleEndian: !descr.startsWith('>'), itemSize: Number(descr.at(-1)) };
}

function truncatedHeader(name: string, length: number): UserError {
  return new UserError(
    `${name}: expected a whole NPY header, got only ${length} bytes: the file is truncated`,
  );
}

function malformedHeader(text: string, name: string): UserError {
  return new UserError(
    `${name}: expected an NPY header with descr, fortran_order and shape, got ${JSON.stringify(text.trim().slice(0, 120))}`,
  );
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
