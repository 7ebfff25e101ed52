import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';

import numpy from '../fixtures/numpy-files.json' with { type: 'json' };
import { readNpz, readNpzNames } from './npz.ts';

const files = numpy.npz.map((file) => ({
  ...file,
  bytes: Uint8Array.from(Buffer.from(file.base64, 'base64')),
}));

describe.each(files)('readNpz of $name', ({ bytes, arrays }) => {
  it('gives what NumPy wrote', () => {
    const read = readNpz(bytes);
    expect([...read.keys()]).toEqual(Object.keys(arrays));
    for (const [name, { shape, dtype, values }] of Object.entries(arrays)) {
      expect(read.get(name)).toMatchObject({ shape, dtype });
      expect(Array.from(read.get(name)?.data ?? [], Number)).toEqual(values);
    }
  });

  it('unpacks only what is wanted', () => {
    expect(readNpzNames(bytes)).toEqual(Object.keys(arrays));
    expect([...readNpz(bytes, { wants: (name) => name === 'y' }).keys()]).toEqual(['y']);
  });

  it('says that it is damaged wherever it is cut', () => {
    for (const share of [0.1, 0.5, 0.9]) {
      try {
        readNpz(bytes.subarray(0, bytes.length * share), { name: 'x.npz' });
        expect.unreachable();
      } catch (error) {
        expect(isUserError(error)).toBe(true);
        expect(String(error)).toContain(
          'x.npz: expected a whole ZIP archive: the file is damaged or truncated',
        );
      }
    }
  });

  it('says that it is damaged where the data of an array are', () => {
    const damaged = bytes.slice();
    // Behind the first member's header (30 bytes, its name and extra fields).
    damaged.fill(0xff, 70, 120);
    expect(() => readNpz(damaged, { name: 'x.npz' })).toThrow(/^x\.npz:/);
  });
});

describe('readNpz', () => {
  it('refuses a file that is no archive', () => {
    expect(() => readNpz(Uint8Array.of(0x93, 0x4e), { name: 'x.npz' })).toThrow(
      'x.npz: expected an NPZ file, which is a ZIP archive: save the arrays with numpy.savez',
    );
  });
});
