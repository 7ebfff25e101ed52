import { describe, expect, it } from 'vitest';

import { labelsOfArray } from './label-array.ts';

describe('labelsOfArray', () => {
  it('takes integers of any width, as a row or a column', () => {
    expect(labelsOfArray({ shape: [3], dtype: 'int64', data: BigInt64Array.of(2n, 0n, -1n) }, 3)).toEqual(
      Int32Array.of(2, 0, -1),
    );
    expect(labelsOfArray({ shape: [2, 1], dtype: 'uint8', data: Uint8Array.of(7, 9) }, 2)).toEqual(
      Int32Array.of(7, 9),
    );
  });

  it.each([
    [
      [2, 3],
      'uint8',
      new Uint8Array(6),
      'expected labels of shape [n], got uint8 [2, 3]: convert one-hot labels',
    ],
    [[2], 'float32', new Float32Array(2), 'expected labels that are integers, got float32 [2]'],
    [[3], 'uint8', new Uint8Array(3), 'y.npy: expected 2 labels, one a sample, got 3'],
    [
      [2],
      'int8',
      Int8Array.of(0, -2),
      'expected classes numbered from 0, or -1 for no label, got -2 at index 1',
    ],
    [[2], 'uint64', BigUint64Array.of(0n, 2n ** 40n), 'got 1099511627776 at index 1'],
  ] as const)('refuses %j of %s', (shape, dtype, data, message) => {
    expect(() => labelsOfArray({ shape, dtype, data }, 2, 'y.npy')).toThrow(message);
  });
});
