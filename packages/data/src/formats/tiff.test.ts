import { UserError } from '@ssl/errors';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { tiffBytes, type TiffPageBytes } from '../fixtures/tiff-bytes.node.ts';
import { isTiff } from './tiff-directory.ts';
import { readTiff } from './tiff.ts';

const [width, height] = [5, 3];

function numbers(channels: number, from = 0, step = 1): number[] {
  return Array.from({ length: width * height * channels }, (_, i) => from + step * ((i * 37) % 101));
}

function readFirst(page: TiffPageBytes, littleEndian = true) {
  const [first] = readTiff(tiffBytes([page], littleEndian), 'x.tif');
  return first?.read();
}

describe.each([true, false])('readTiff, little-endian: %s', (littleEndian) => {
  it.each([
    { bits: 8, format: 'unsigned', step: 2, type: Uint8Array },
    { bits: 12, format: 'unsigned', step: 40, type: Uint16Array },
    { bits: 16, format: 'unsigned', step: 640, type: Uint16Array },
    { bits: 16, format: 'signed', from: -900, step: 20, type: Float32Array },
    { bits: 32, format: 'unsigned', step: 90_000, type: Float32Array },
    { bits: 32, format: 'float', from: -1, step: 0.25, type: Float32Array },
    { bits: 64, format: 'float', from: -1, step: 0.25, type: Float32Array },
  ] as const)('gives $format samples of $bits bits', ({ bits, format, step, type, ...rest }) => {
    const from = 'from' in rest ? rest.from : 0;
    for (const channels of [1, 2, 3, 7]) {
      for (const planar of [false, true]) {
        for (const deflate of [false, true]) {
          const samples = numbers(channels, from, step);
          const photometric = channels === 3 ? 2 : 1;
          const page = { width, height, samples, channels, bits, format, planar, deflate, photometric };
          expect(readFirst(page, littleEndian)).toEqual({
            width,
            height,
            channels,
            data: type.from(samples),
          });
        }
      }
    }
  });
});

describe('readTiff', () => {
  it('reads LZW as libtiff packs it, with and without a predictor', async () => {
    const samples = Uint16Array.from({ length: 200 * 150 * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 17);
    const image = sharp(samples, { raw: { width: 200, height: 150, channels: 3 } }).toColourspace('rgb16');
    for (const predictor of ['none', 'horizontal'] as const) {
      for (const tile of [false, true]) {
        const bytes = await image.tiff({ compression: 'lzw', predictor, tile }).toBuffer();
        const [page] = readTiff(bytes);
        expect(page?.read()?.data).toEqual(samples);
      }
    }
  });

  it('inverts where 0 is white', () => {
    const samples = numbers(1, 0, 600);
    const image = readFirst({ width, height, samples, photometric: 0 });
    expect(image?.data).toEqual(Uint16Array.from(samples, (value) => 65535 - value));
  });

  it('lays known transparency on white, and keeps other channels beside the colors', () => {
    const pixel = { width: 1, height: 1, channels: 4, photometric: 2, samples: [100, 200, 300, 0x8000] };
    const opaque = [100, 200, 300].map((value) => Math.round((value * 0x8000 + 65535 * 0x7fff) / 65535));
    expect(readFirst({ ...pixel, extras: [2] })?.data).toEqual(Uint16Array.from(opaque));
    const premultiplied = [100, 200, 300].map((value) => value + 0x7fff);
    expect(readFirst({ ...pixel, extras: [1] })?.data).toEqual(Uint16Array.from(premultiplied));
    for (const extras of [[0], undefined]) {
      expect(readFirst({ ...pixel, ...(extras && { extras }) })?.data).toEqual(
        Uint16Array.from(pixel.samples),
      );
    }
  });

  it('turns the image upright, and says its upright size', () => {
    const [page] = readTiff(tiffBytes([{ width: 2, height: 1, samples: [1, 2], orientation: 6 }]));
    expect(page).toMatchObject({ width: 1, height: 2 });
    expect(page?.read()).toEqual({ width: 1, height: 2, channels: 1, data: Uint16Array.of(1, 2) });
  });

  it('knows what an image library decodes as well', () => {
    const kindOf = (page: Partial<TiffPageBytes>, channels = 1) =>
      readTiff(tiffBytes([{ width, height, channels, samples: numbers(channels), ...page }]))[0]?.picture;
    expect([
      kindOf({ bits: 8 }),
      kindOf({ bits: 8, photometric: 2 }, 3),
      kindOf({ bits: 8, photometric: 3 }),
    ]).toEqual([...['shallow', 'shallow', 'shallow']]);
    expect(kindOf({ bits: 8, photometric: 2, extras: [2] }, 4)).toBe('shallow');
    expect([kindOf({}), kindOf({ photometric: 0 }), kindOf({ photometric: 2 }, 3)]).toEqual([
      'deep',
      'deep',
      'deep',
    ]);
    const others = [
      ...[
        kindOf({}, 3),
        kindOf({ photometric: 2, planar: true }, 3),
        kindOf({ photometric: 2, extras: [2] }, 4),
      ],
      ...[kindOf({ bits: 12 }), kindOf({ format: 'signed' }), kindOf({ bits: 32, format: 'float' })],
      kindOf({ bits: 8, photometric: 2, extras: [0] }, 4),
    ];
    expect(others).toEqual(others.map(() => undefined));
  });

  it('leaves out thumbnails and masks', () => {
    const page = { width, height, samples: numbers(1) };
    const pages = readTiff(tiffBytes([page, { ...page, subfile: 1 }, { ...page, subfile: 4 }, page]));
    expect(pages.map(({ directory }) => directory)).toEqual([0, 3]);
  });

  it.each([
    [{ photometric: 3 }, 'a palette'],
    [{ photometric: 5, channels: 4 }, 'CMYK'],
    [{ photometric: 32844 }, 'photometric interpretation 32844'],
    [{ photometric: 0, bits: 32, format: 'float' }, 'float samples of 32 bits where 0 is white'],
    [{ photometric: 0, format: 'signed' }, 'signed samples of 16 bits where 0 is white'],
    [{ bits: 64 }, 'unsigned samples of 64 bits'],
  ] as const)('refuses %j', (page, message) => {
    const channels = 'channels' in page ? page.channels : 1;
    const read = () => readFirst({ width, height, samples: numbers(channels), ...page });
    expect(read).toThrow(UserError);
    expect(read).toThrow(
      `x.tif: expected a grey, RGB or many-channel TIFF of integers or floats, got ${message}`,
    );
  });

  it('refuses images without pixels, and ones that no memory would hold', () => {
    expect(() => readFirst({ width: 0, height, samples: [] })).toThrow(
      'cannot decode x.tif: it has no pixels',
    );
    expect(() => readFirst({ width: 60_000, height: 60_000, samples: [] })).toThrow(
      'x.tif: 60000×60000 pixels of 1 channels are too large',
    );
  });

  it('fails by name wherever the file is cut', () => {
    const page = { width, height, samples: numbers(7), channels: 7 };
    for (const deflate of [false, true]) {
      const bytes = tiffBytes([{ ...page, deflate }]);
      for (let length = 8; length < bytes.length; length += 7) {
        const read = () => readTiff(bytes.subarray(0, length), 'x.tif')[0]?.read();
        expect(read).toThrow('cannot decode x.tif');
      }
    }
  });

  it('fails by name where the strip lies beyond the end of the file', () => {
    const bytes = tiffBytes([{ width, height, samples: numbers(1) }]);
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(4, true);
    const offsets = directory + 2 + 12 * 6;
    expect(view.getUint16(offsets, true)).toBe(273);
    view.setUint32(offsets + 8, bytes.length - 4, true);
    const [page] = readTiff(bytes, 'x.tif');
    expect(() => page?.read()).toThrow('cannot decode x.tif: the file is truncated');
  });
});

describe('isTiff', () => {
  it('knows TIFF and BigTIFF of either byte order', () => {
    expect([0x49, 0x4d].map((order) => isTiff(tiffBytes([], order === 0x49)))).toEqual([true, true]);
    expect(isTiff(Uint8Array.of(0x49, 0x49, 43, 0))).toBe(true);
    expect(isTiff(Uint8Array.of(0x4d, 0x4d, 0, 43))).toBe(true);
    expect(isTiff(Uint8Array.of(0x4d, 0x4d, 42, 0))).toBe(false);
    expect(isTiff(new Uint8Array())).toBe(false);
  });
});
