import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

import { isUserError } from '@ssl/errors';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';

import { noise } from '../fixtures/image-bytes.node.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { tiffBytes } from '../fixtures/tiff-bytes.node.ts';
import { decodeImageFile } from '../image-file.node.ts';
import { decodeImageDeep, describeImageDeep } from './decode-image-deep.node.ts';

const [width, height] = [7, 5];

function raw(samples: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(samples, { raw: { width, height, channels } });
}

function values(channels: number, most = 0xffff): Uint16Array {
  return Uint16Array.from(
    { length: width * height * channels },
    (_, i) => (Math.imul(i + 1, 2654435761) >>> 9) % (most + 1),
  );
}

/** A PNG as its samples are, big-endian, without filters. */
function pngOf(samples: Uint16Array, colorType: 0 | 2 | 4 | 6, ...extra: Uint8Array[]): Uint8Array {
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[colorType];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([16, colorType], 8);
  const rows: number[] = [];
  samples.forEach((value, i) => {
    if (i % (width * channels) === 0) rows.push(0);
    rows.push(value >> 8, value & 255);
  });
  const data = deflateSync(Uint8Array.from(rows));
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    ...extra,
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

describe('decodeImageDeep of 16-bit PNG', () => {
  it.each([
    [0, 1],
    [2, 3],
  ] as const)('keeps every value of color type %i', async (colorType, channels) => {
    for (const most of [0xffff, 4095]) {
      const samples = values(channels, most);
      const bytes = pngOf(samples, colorType);
      expect(await decodeImageDeep(bytes)).toEqual({ height, width, channels, data: samples, pages: 1 });
      expect(await describeImageDeep(bytes)).toEqual({
        height,
        width,
        channels,
        sampleType: 'uint16',
        pages: 1,
      });
    }
  });

  it('does not apply profiles', async () => {
    const samples = values(3);
    const bytes = await raw(samples, 3).toColourspace('rgb16').withIccProfile('p3').png().toBuffer();
    expect((await sharp(bytes).metadata()).icc).toBeDefined();
    const stored = await sharp(bytes, { ignoreIcc: true })
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer();
    const { data } = await decodeImageDeep(bytes);
    expect(Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(stored)).toBe(true);
  });

  it('lays transparency on white', async () => {
    for (const [colorType, channels] of [
      [4, 2],
      [6, 4],
    ] as const) {
      const samples = values(channels);
      const { data } = await decodeImageDeep(pngOf(samples, colorType));
      const expected: number[] = [];
      samples.forEach((value, i) => {
        const opacity = samples[i - (i % channels) + channels - 1] as number;
        if (i % channels < channels - 1)
          expected.push(Math.round((value * opacity + 65535 * (65535 - opacity)) / 65535));
      });
      expect(data).toHaveLength(expected.length);
      expected.forEach((value, i) => expect(Math.abs((data[i] as number) - value)).toBeLessThanOrEqual(1));
    }
  });

  it('takes the value that tRNS names for transparent', async () => {
    const samples = values(1);
    const [transparent] = samples;
    const { data } = await decodeImageDeep(
      pngOf(
        samples,
        0,
        chunk('tRNS', Uint8Array.of((transparent as number) >> 8, (transparent as number) & 255)),
      ),
    );
    expect(data).toEqual(samples.map((value) => (value === transparent ? 65535 : value)));
  });

  it('turns the image upright', async () => {
    const bytes = await raw(values(1), 1)
      .toColourspace('grey16')
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const image = await decodeImageDeep(bytes);
    expect([image.height, image.width, image.data[0]]).toEqual([
      width,
      height,
      values(1)[(height - 1) * width],
    ]);
    expect(await describeImageDeep(bytes)).toMatchObject({ height: width, width: height });
  });

  it('fails by name where the file is cut', async () => {
    const bytes = pngOf(values(3), 2);
    const name = 'x.png';
    await expect(decodeImageDeep(bytes.subarray(0, bytes.length / 2), { name })).rejects.toThrow(
      'cannot decode x.png',
    );
  });
});

describe('decodeImageDeep of 8-bit pictures', () => {
  const rgb = noise(width, height);
  const grey = rgb.subarray(0, width * height);
  const encoded: Record<string, Sharp> = {
    'png rgb': raw(rgb, 3).png(),
    'png grey': raw(grey, 1).toColourspace('b-w').png(),
    'png palette': raw(rgb, 3).png({ palette: true }),
    'png alpha': raw(noise(width, height * 2).subarray(0, width * height * 4), 4).png(),
    'png turned': raw(rgb, 3).withMetadata({ orientation: 5 }).png(),
    'png with a profile': raw(rgb, 3).withIccProfile('p3').png(),
    jpeg: raw(rgb, 3).jpeg(),
    'jpeg grey': raw(grey, 1).toColourspace('b-w').jpeg(),
    'jpeg turned': raw(rgb, 3).withMetadata({ orientation: 6 }).jpeg(),
    'jpeg cmyk': raw(rgb, 3).toColourspace('cmyk').jpeg(),
    webp: raw(rgb, 3).webp(),
    'webp alpha': raw(noise(width, height * 2).subarray(0, width * height * 4), 4).webp(),
    'tiff rgb': raw(rgb, 3).tiff({ compression: 'lzw' }),
    'tiff grey': raw(grey, 1).toColourspace('b-w').tiff(),
    'tiff alpha': raw(noise(width, height * 2).subarray(0, width * height * 4), 4).tiff(),
    'tiff jpeg': raw(rgb, 3).tiff({ compression: 'jpeg' }),
    'tiff cmyk': raw(rgb, 3).toColourspace('cmyk').tiff(),
    'tiff bilevel': raw(grey, 1).toColourspace('b-w').tiff({ bitdepth: 1 }),
    'tiff turned': raw(rgb, 3).withMetadata({ orientation: 8 }).tiff(),
  };

  it.each(Object.keys(encoded))('gives of %s what decodeImageFile gives', async (kind) => {
    const bytes = await (encoded[kind] as Sharp).toBuffer();
    const file = join(temporaryFolder({ image: bytes }), 'image');
    const expected = await decodeImageFile(file);
    for (const source of [file, bytes]) {
      const { data, ...image } = await decodeImageDeep(source);
      expect(image).toEqual({ height: expected.height, width: expected.width, channels: 3, pages: 1 });
      expect(data).toBeInstanceOf(Uint8Array);
      expect([...data]).toEqual([...expected.data]);
      expect(await describeImageDeep(source)).toEqual({ ...image, sampleType: 'uint8' });
    }
  });
});

describe('decodeImageDeep of TIFF', () => {
  const grey = { width, height, samples: [...values(1, 4095)] };

  it('keeps 16-bit grey and RGB, of any orientation, page and byte order', async () => {
    const rgb = { width, height, channels: 3, photometric: 2, samples: [...values(3)] };
    for (const littleEndian of [true, false]) {
      const bytes = tiffBytes([grey, rgb, { ...grey, photometric: 0 }], littleEndian);
      const common = { height, width, pages: 3 };
      expect(await decodeImageDeep(bytes)).toEqual({ ...common, channels: 1, data: values(1, 4095) });
      expect(await decodeImageDeep(bytes, { page: 1 })).toEqual({ ...common, channels: 3, data: values(3) });
      const inverted = values(1, 4095).map((value) => 65535 - value);
      expect(await decodeImageDeep(bytes, { page: 2 })).toEqual({ ...common, channels: 1, data: inverted });
      expect(await describeImageDeep(bytes)).toEqual({ ...common, channels: 1, sampleType: 'uint16' });
    }
    const turned = await decodeImageDeep(tiffBytes([{ ...grey, orientation: 3 }]));
    expect(turned.data).toEqual(values(1, 4095).reverse());
  });

  it('gives float32 as it is', async () => {
    const samples = [...values(3)].map((value) => Math.fround(value / 1000 - 20));
    const page = { width, height, channels: 3, photometric: 2, bits: 32, format: 'float', samples } as const;
    expect((await decodeImageDeep(tiffBytes([page]))).data).toEqual(Float32Array.from(samples));
  });

  it('counts pages without thumbnails', async () => {
    const thumbnail = { ...grey, width: 1, height: 1, samples: [7], subfile: 1 };
    const rgb = { width, height, channels: 3, photometric: 2, bits: 8, samples: [...noise(width, height)] };
    const bytes = tiffBytes([grey, thumbnail, rgb, grey]);
    expect(await decodeImageDeep(bytes, { page: 1 })).toEqual({
      ...{ height, width, channels: 3, pages: 3 },
      data: noise(width, height),
    });
  });

  it('stacks pages as channels', async () => {
    const second = { ...grey, samples: grey.samples.map((value) => value + 7) };
    const image = await decodeImageDeep(tiffBytes([grey, second]), { page: 'all' });
    expect([image.channels, image.pages]).toEqual([2, 2]);
    expect([...image.data]).toEqual(grey.samples.flatMap((value) => [value, value + 7]));
  });

  it.each([
    [
      [grey, { ...grey, height: 1, samples: grey.samples.slice(0, width) }],
      'all',
      'got uint16 7×5 and uint16 7×1 (page 1)',
    ],
    [[grey], 1, 'x: expected a page from 0 to 0, got 1'],
    [[], 0, 'x: expected a page from 0 to -1, got 0'],
  ] as const)('refuses pages %#', async (pages, page, message) => {
    const error: unknown = await decodeImageDeep(tiffBytes(pages), { page, name: 'x' }).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain(pages.length === 0 ? 'x' : message);
    if (pages.length > 0) expect(isUserError(error)).toBe(true);
  });
});

describe('decodeImageDeep', () => {
  it('refuses other formats, missing files and pages that a format does not have', async () => {
    const gif = await raw(noise(width, height), 3).gif().toBuffer();
    await expect(decodeImageDeep(gif, { name: 'x' })).rejects.toThrow(
      'x: expected a JPEG, PNG, WebP or TIFF image',
    );
    for (const decode of [decodeImageDeep, describeImageDeep]) {
      const error: unknown = await decode('/nowhere/x.png').catch((reason: unknown) => reason);
      expect(isUserError(error)).toBe(true);
      expect(String(error)).toContain('cannot read /nowhere/x.png: no such file');
    }
    const png = await raw(noise(width, height), 3).png().toBuffer();
    await expect(decodeImageDeep(png, { name: 'x', page: 1 })).rejects.toThrow(
      'x: expected a page from 0 to 0, got 1',
    );
  });
});
