import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';

import numpy from '../fixtures/numpy-files.json' with { type: 'json' };
import { readNpy } from './npy.ts';
import { readNpyHeader } from './npy-header.ts';

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

/** A file of version 1 with this header. */
function fileOf(header: string, data = new Uint8Array(64)): Uint8Array {
  const text = new TextEncoder().encode(header);
  return Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length, 0, ...text, ...data);
}

function thrownBy(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error');
}

describe.each(numpy.npy)('readNpy of $name', ({ base64, shape, dtype, values }) => {
  it('gives what NumPy wrote', () => {
    const array = readNpy(bytesOf(base64));
    expect([array.shape, array.dtype]).toEqual([shape, dtype]);
    expect(Array.from(array.data, Number)).toEqual(values);
  });

  it('gives the same from unaligned bytes, and leaves them as they are', () => {
    const shifted = Uint8Array.of(0, ...bytesOf(base64)).subarray(1);
    const before = shifted.slice();
    expect(Array.from(readNpy(shifted).data, Number)).toEqual(values);
    expect(shifted).toEqual(before);
  });

  it('takes a header that was read from the beginning of the file', () => {
    const bytes = bytesOf(base64);
    const { dataOffset, dataLength } = readNpyHeader(bytes);
    const header = readNpyHeader(bytes.subarray(0, dataOffset));
    expect(header).toMatchObject({ shape, dtype, length: values.length });
    expect(dataOffset + dataLength).toBe(bytes.length);
    expect(Array.from(readNpy(bytes, 'x.npy', header).data, Number)).toEqual(values);
  });

  it('is truncated wherever it is cut', () => {
    const bytes = bytesOf(base64);
    for (const length of [0, 5, 9, 11, 60, bytes.length - 1]) {
      const isWhole = length === bytes.length - 1 && values.length === 0;
      const error = thrownBy(() => readNpy(bytes.subarray(0, length), 'x.npy'));
      expect(isUserError(error)).toBe(true);
      expect(error.message).toMatch(isWhole ? /header/ : /^x\.npy: .*truncated$/);
    }
  });
});

describe('readNpy', () => {
  it('shares the memory of the file where it can', () => {
    const whole = numpy.npy.find(({ name }) => name === '<i4 C') as (typeof numpy.npy)[number];
    const bytes = bytesOf(whole.base64);
    expect(readNpy(bytes).data.buffer).toBe(bytes.buffer);
  });

  it.each([
    ['object', /^x\.npy: dtype object is not read.*astype/],
    ['structured', /^x\.npy: structured dtypes/],
    ['text', /^x\.npy: dtype "<U2" is not read \(read are: bool, uint8/],
    ['complex', /^x\.npy: dtype "<c8" is not read/],
  ] as const)('refuses %s', (name, message) => {
    const error = thrownBy(() => readNpy(bytesOf(numpy.refused[name]), 'x.npy'));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toMatch(message);
  });

  it('refuses other files', () => {
    const zip = Uint8Array.from({ length: 40 }, (_, i) => [0x50, 0x4b, 3, 4][i] ?? 0);
    expect(() => readNpy(zip, 'x.npy')).toThrow(
      'x.npy: expected an NPY file, which begins with "\\x93NUMPY", got 50 4b 03 04',
    );
    const future = fileOf("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }");
    future[6] = 4;
    expect(() => readNpy(future)).toThrow('expected NPY format version 1, 2 or 3, got 4.0');
  });

  it('reads headers of other writers, whatever the order of the keys', () => {
    const file = fileOf('{"shape": (2, 1), "fortran_order": False, "descr": "|u1"}', Uint8Array.of(7, 9));
    expect(readNpy(file)).toEqual({ shape: [2, 1], dtype: 'uint8', data: Uint8Array.of(7, 9) });
  });

  it.each([
    "{'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<i4', 'shape': (2,)}",
    "{'descr': '<i4', 'fortran_order': False, 'shape': (-2,)}",
    'nothing',
  ])('refuses the header %s', (header) => {
    expect(() => readNpy(fileOf(header))).toThrow(
      'expected an NPY header with descr, fortran_order and shape',
    );
  });
});
