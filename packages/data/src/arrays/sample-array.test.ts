import { describe, expect, it } from 'vitest';

import { samplesOfArray } from './sample-array.ts';

describe('samplesOfArray', () => {
  it('turns truth values into black and white, and integers of 64 bits into numbers', () => {
    const images = samplesOfArray(
      { shape: [1, 1, 5], dtype: 'bool', data: Uint8Array.of(1, 0, 0, 1, 1) },
      'a',
    );
    expect(images).toMatchObject({ modality: 'image', shape: [1, 5, 1], valueType: 'uint8' });
    expect([...new Uint8Array(images.buffer)]).toEqual([255, 0, 0, 255, 255]);
    const rows = samplesOfArray({ shape: [2, 1], dtype: 'int64', data: BigInt64Array.of(7n, -1n) }, 'a');
    expect(rows).toMatchObject({ modality: 'array', length: 2, shape: [1], valueType: 'float32' });
    expect([...new Float32Array(rows.buffer)]).toEqual([7, -1]);
  });

  it('refuses doubles that float32 cannot hold, and arrays without values', () => {
    const large = { shape: [1, 1], dtype: 'float64', data: Float64Array.of(1e300) } as const;
    expect(() => samplesOfArray(large, 'a.npy')).toThrow(
      'a.npy: expected finite float32 numbers, got 1e+300 in sample 0',
    );
    const none = { shape: [0, 4], dtype: 'float32', data: new Float32Array() } as const;
    expect(() => samplesOfArray(none, 'a.npy')).toThrow(
      'expected at least one sample with values, got float32 [0, 4]',
    );
  });
});
