import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOf, readFixture, readGolden } from '../fixtures/golden.testing.ts';
import { readSafetensors } from './read-safetensors.ts';
import { safetensorsArrays, type SafeTensor, type SafetensorsDtype } from './safetensors-dtype.ts';
import { toFloat32 } from './to-float32.ts';
import { writeSafetensors } from './write-safetensors.ts';

const reference = readGolden('tiny-resnet18.json')('tiny_resnet18_import');
const golden = readFixture(reference.params['file'] as string);

/** A file of a header and data, however wrong. */
function fileOf(header: unknown, data: readonly number[] = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const entry = (overrides: Record<string, unknown>): Uint8Array =>
  fileOf({ a: { dtype: 'U8', shape: [2], data_offsets: [0, 2], ...overrides } }, [1, 2]);

describe('readSafetensors and writeSafetensors', () => {
  it('write the file that they read, byte for byte', () => {
    const { tensors, metadata } = readSafetensors(golden);
    expect(golden).toHaveLength(numberOf(reference, 'bytes'));
    expect(tensors.size).toBe(numberOf(reference, 'tensors'));
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.get('bn1.num_batches_tracked')).toMatchObject({ dtype: 'I64', shape: [] });
    expect(Buffer.compare(writeSafetensors(tensors, metadata), golden)).toBe(0);
    const reversed = new Map([...tensors].reverse());
    expect(Buffer.compare(writeSafetensors(reversed, metadata), golden)).toBe(0);
  });

  it('read from the middle of a larger buffer', () => {
    const shifted = new Uint8Array(golden.length + 3);
    shifted.set(golden, 3);
    expect(readSafetensors(shifted.subarray(3)).tensors.get('fc.bias')).toEqual(
      readSafetensors(golden).tensors.get('fc.bias'),
    );
  });

  it('read from a Buffer, whose slice shares its memory', () => {
    const pooled = Buffer.concat([Buffer.alloc(5), golden]).subarray(5);
    expect(readSafetensors(pooled).tensors).toEqual(readSafetensors(Uint8Array.from(golden)).tensors);
  });

  it('keep tensors of every type, any name, empty shapes, and metadata', () => {
    const dtypes = Object.keys(safetensorsArrays) as SafetensorsDtype[];
    const tensor = fc
      .tuple(
        fc.constantFrom(...dtypes),
        fc.array(fc.nat(3), { maxLength: 3 }),
        fc.infiniteStream(fc.nat(255)),
      )
      .map(([dtype, shape, stream]): SafeTensor => {
        const array = safetensorsArrays[dtype];
        const length = shape.reduce((product, side) => product * side, 1);
        const bytes = Uint8Array.from(
          { length: length * array.BYTES_PER_ELEMENT },
          () => stream.next().value as number,
        );
        return { dtype, shape, data: new array(bytes.buffer, 0, length) } as SafeTensor;
      });
    const named = fc.dictionary(fc.string(), tensor, { maxKeys: 6 });
    const strings = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    fc.assert(
      fc.property(named, strings, (record, metadata) => {
        const tensors = new Map(Object.entries(record));
        const read = readSafetensors(writeSafetensors(tensors, metadata));
        expect(read.metadata).toEqual({ ...metadata });
        expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, { dtype, shape, data }] of tensors) {
          const back = read.tensors.get(name) as SafeTensor;
          expect([back.dtype, back.shape]).toEqual([dtype, shape]);
          expect(bytesOf(back)).toEqual(new Uint8Array(data.buffer));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('fail on any file that is cut short, with a UserError', () => {
    fc.assert(
      fc.property(fc.nat(golden.length - 1), (length) => {
        expect(() => readSafetensors(golden.subarray(0, length), 'weights')).toThrow(
          /^weights: (truncated|damaged)/,
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['no bytes', new Uint8Array(0), 'f: truncated: 0 bytes, where the header alone needs more'],
    [
      'a JPEG',
      Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49]),
      /^f: truncated, or no safetensors file: a header of \d+ bytes in a file of 9$/,
    ],
    [
      'a header that is no JSON',
      fileOf('{"a"'),
      'f: damaged, or no safetensors file: its header is not JSON',
    ],
    ['a header that is a list', fileOf([]), 'f: damaged header: it is no JSON object'],
    [
      'metadata of numbers',
      fileOf({ __metadata__: { epoch: 3 } }),
      'f: damaged header: "__metadata__" must hold strings only',
    ],
    ['an entry that is a number', fileOf({ a: 1 }), 'f: damaged header: tensor "a" has no description'],
    [
      'an unknown type',
      entry({ dtype: 'F12' }),
      /^f: tensor "a" has the unknown type "F12" \(valid: BOOL, U8, /,
    ],
    ['a negative size', entry({ shape: [-2] }), 'f: damaged header: tensor "a" has the shape [-2]'],
    ['a single offset', entry({ data_offsets: [0] }), 'f: damaged header: tensor "a" has the offsets [0]'],
    [
      'a size that does not fit',
      entry({ shape: [3] }),
      'f: damaged header: tensor "a", U8 [3], takes 3 bytes, not 2',
    ],
    [
      'a tensor past the end',
      entry({ shape: [3], data_offsets: [0, 3] }),
      'f: truncated: tensor "a" ends at byte 3 of the data, which has 2',
    ],
    [
      'a gap',
      entry({ shape: [1], data_offsets: [1, 2] }),
      'f: damaged header: tensor "a" starts at 1, not at 0',
    ],
    [
      'bytes left over',
      entry({ shape: [1], data_offsets: [0, 1] }),
      'f: damaged: 1 bytes belong to no tensor',
    ],
  ])('refuse %s', (_case, bytes, message) => {
    expect(() => readSafetensors(bytes, 'f')).toThrow(message);
  });

  it('refuse to write what no reader could take', () => {
    const data = new Float32Array(2);
    expect(() => writeSafetensors(new Map([['a', { dtype: 'F32', shape: [3], data }]]))).toThrow(
      'writeSafetensors: "a" [3] needs 3 values, got 2',
    );
    expect(() => writeSafetensors(new Map([['__metadata__', { dtype: 'F32', shape: [2], data }]]))).toThrow(
      'writeSafetensors: no tensor may be named "__metadata__"',
    );
  });
});

describe('toFloat32', () => {
  it('reads half precision, normal and not', () => {
    const bits = [
      0x0000, 0x8000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x7c00, 0xfc00, 0x7e00,
    ];
    expect([...toFloat32({ dtype: 'F16', shape: [12], data: Uint16Array.from(bits) })]).toEqual([
      0,
      -0,
      1,
      -2,
      0.333251953125,
      65504,
      2 ** -14,
      2 ** -24,
      1023 * 2 ** -24,
      Infinity,
      -Infinity,
      NaN,
    ]);
  });

  it('reads bfloat16, float64 and integers', () => {
    const bfloat = Uint16Array.from([0x3f80, 0xc049, 0x7f80]);
    expect([...toFloat32({ dtype: 'BF16', shape: [3], data: bfloat })]).toEqual([1, -3.140625, Infinity]);
    expect([...toFloat32({ dtype: 'F64', shape: [1], data: Float64Array.of(0.1) })]).toEqual([
      Math.fround(0.1),
    ]);
    expect([...toFloat32({ dtype: 'I64', shape: [1], data: BigInt64Array.of(-7n) })]).toEqual([-7]);
    expect([...toFloat32({ dtype: 'I8', shape: [1], data: Int8Array.of(-7) })]).toEqual([-7]);
    expect(() => toFloat32({ dtype: 'F8_E4M3', shape: [1], data: Uint8Array.of(1) })).toThrow(
      'toFloat32: F8_E4M3 is not supported',
    );
  });
});

function bytesOf({ data }: SafeTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
