import { UserError } from '@ssl/errors';

import { halfToNumber } from './half-to-number.ts';
import { readNpyHeader, type NpyDtype, type NpyHeader } from './npy-header.ts';

/** Elements of an array of numbers. */
export type NpyData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** An array of numbers of any shape. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Type of the elements in the file; `bool` is held as 0 and 1 in a `Uint8Array`, `float16` in a `Float32Array`. */
  readonly dtype: NpyDtype;
  /** In C order: the last axis varies fastest. */
  readonly data: NpyData;
}

type Elements = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => NpyData;

/** How the elements lie in the file; half precision as its bits. */
const elements: Record<NpyDtype, Elements & { readonly BYTES_PER_ELEMENT: number }> = {
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
};

const machineIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Reads an NPY file (`numpy.save`), of either byte order, in C or Fortran order. `data` shares the memory of `bytes`
 * where the file's layout allows.
 *
 * @param name what to call the file in errors
 * @param header of this file, where it was read before
 * @throws UserError if it is not an NPY file, is truncated, or has elements that are not numbers
 */
export function readNpy(bytes: Uint8Array, name = 'NPY file', header?: NpyHeader): NpyArray {
  const { shape, dtype, littleEndian, fortranOrder, length, dataOffset, dataLength } =
    header ?? readNpyHeader(bytes, name);
  if (bytes.length < dataOffset + dataLength) {
    throw new UserError(
      `${name}: expected ${dataLength} bytes of data for ${dtype} [${shape.join(', ')}], ` +
        `got ${bytes.length - dataOffset}: the file is truncated`,
    );
  }
  const type = elements[dtype];
  const swap = type.BYTES_PER_ELEMENT > 1 && littleEndian !== machineIsLittleEndian;
  let stored = bytes.subarray(dataOffset, dataOffset + dataLength);
  if (swap || stored.byteOffset % type.BYTES_PER_ELEMENT !== 0) stored = new Uint8Array(stored);
  if (swap) reverseEach(stored, type.BYTES_PER_ELEMENT);
  const data = new type(stored.buffer, stored.byteOffset, length);
  const values = dtype === 'float16' ? Float32Array.from(data as Uint16Array, halfToNumber) : data;
  return { shape, dtype, data: fortranOrder && shape.length > 1 ? toCOrder(values, shape) : values };
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Reorders elements whose first axis varies fastest. */
function toCOrder<T extends NpyData>(values: T, shape: readonly number[]): T {
  const ordered = values.slice() as T;
  const strides: number[] = [];
  let stride = 1;
  for (const dimension of shape) {
    strides.push(stride);
    stride *= dimension;
  }
  const position = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    ordered[to] = values[from] as T[number];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] as number) + 1;
      from += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        position[axis] = next;
        break;
      }
      position[axis] = 0;
      from -= next * (strides[axis] as number);
    }
  }
  return ordered;
}
