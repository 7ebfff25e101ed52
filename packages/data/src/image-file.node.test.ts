import { join } from 'node:path';

import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';

import { noise } from './fixtures/image-bytes.node.ts';
import { temporaryFolder } from './fixtures/temporary-folder.node.ts';
import { decodeImageFile, inspectImageFile } from './image-file.node.ts';

async function fileOf(image: Sharp): Promise<string> {
  return join(temporaryFolder({ image: await image.toBuffer() }), 'image');
}

function raw(
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
  samples: Uint8Array | Uint16Array,
): Sharp {
  return sharp(samples, { raw: { width, height, channels } });
}

describe('decodeImageFile', () => {
  it('gives exactly the samples of an 8-bit RGB file', async () => {
    const samples = noise(5, 4);
    const image = await decodeImageFile(await fileOf(raw(5, 4, 3, samples).png()));
    expect([image.height, image.width, image.channels]).toEqual([4, 5, 3]);
    expect([...image.data]).toEqual([...samples]);
  });

  it('makes three channels of grey', async () => {
    const image = await decodeImageFile(
      await fileOf(raw(2, 1, 1, Uint8Array.of(7, 200)).toColourspace('b-w').png()),
    );
    expect([...image.data]).toEqual([7, 7, 7, 200, 200, 200]);
  });

  it('lays transparency on white', async () => {
    const samples = Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 255);
    expect([...(await decodeImageFile(await fileOf(raw(2, 1, 4, samples).png()))).data]).toEqual([
      ...[255, 255, 255, 10, 20, 30],
    ]);
  });

  it('reduces 16 bits to 8', async () => {
    const samples = Uint16Array.of(0, 0x8000, 0xffff, 0x0101, 0x0202, 0xffff);
    const image = await decodeImageFile(await fileOf(raw(2, 1, 3, samples).toColourspace('rgb16').png()));
    expect([...image.data]).toEqual([0, 128, 255, 1, 2, 255]);
  });

  it('converts CMYK', async () => {
    const samples = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => [200, 20, 30][i % 3] as number);
    const file = await fileOf(raw(16, 16, 3, samples).toColourspace('cmyk').jpeg());
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const image = await decodeImageFile(file);
    expect([image.channels, image.data.length]).toEqual([3, 16 * 16 * 3]);
    [200, 20, 30].forEach((value, i) => expect(Math.abs((image.data[i] as number) - value)).toBeLessThan(40));
  });
});

describe.each(['jpeg', 'png', 'webp'] as const)('%s', (format) => {
  it('turns an image upright by its metadata, and its inspection knows', async () => {
    const file = await fileOf(raw(9, 4, 3, noise(9, 4)).withMetadata({ orientation: 6 }).toFormat(format));
    const { height, width } = await decodeImageFile(file);
    expect([height, width]).toEqual([9, 4]);
    expect(await inspectImageFile(file)).toMatchObject({ height: 9, width: 4 });
  });

  it('tells the size of a plain image, progressive ones too', async () => {
    const image = raw(90, 41, 3, noise(90, 41));
    const encoded =
      format === 'webp' ? image.webp({ lossless: true }) : image.toFormat(format, { progressive: true });
    expect(await inspectImageFile(await fileOf(encoded))).toMatchObject({ height: 41, width: 90 });
  });

  it('is truncated wherever it is cut', async () => {
    const bytes = await raw(90, 41, 3, noise(90, 41)).toFormat(format).toBuffer();
    for (const share of [0.02, 0.3, 0.9, 0.99]) {
      const file = join(temporaryFolder({ image: bytes.subarray(0, bytes.length * share) }), 'image');
      expect(await inspectImageFile(file)).toEqual({ problem: 'truncated' });
    }
  });
});

describe('inspectImageFile', () => {
  it('finds a damaged header, and a size that no memory would hold', async () => {
    const png = await raw(9, 4, 3, noise(9, 4)).png().toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    const folder = temporaryFolder({
      'damaged.jpg': Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xd9),
      'huge.png': png,
    });
    expect(await inspectImageFile(join(folder, 'damaged.jpg'))).toEqual({ problem: 'damaged' });
    expect(await inspectImageFile(join(folder, 'huge.png'))).toEqual({
      problem: '60000×60000 pixels, too large',
    });
    expect(await inspectImageFile(join(folder, 'absent.png'))).toEqual({ problem: 'missing' });
  });
});
