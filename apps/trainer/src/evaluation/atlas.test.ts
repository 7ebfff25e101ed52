import type { ArraySample } from '@ssl/augment';
import { byteImage, type Dataset } from '@ssl/data';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { drawAtlas } from './atlas.node.ts';

function flatImages(size: readonly [number, number], channels: 1 | 3): Dataset {
  return {
    name: 'flat',
    source: { kind: 'flat' },
    length: 5,
    samples: { modality: 'image', shape: [size[0], size[1], channels] },
    fingerprint: '',
    read: (index) =>
      Promise.resolve(
        byteImage({
          height: size[0],
          width: size[1],
          channels,
          data: new Uint8Array(size[0] * size[1] * channels).fill(40 * (index + 1)),
        }),
      ),
    close: () => Promise.resolve(),
  };
}

it.each([
  ['colour', [8, 8], 3, 8],
  ['grey', [8, 8], 1, 8],
  ['large', [100, 60], 3, 48],
] as const)('draws %s images in order', async (_, size, channels, tile) => {
  const atlas = await drawAtlas(flatImages(size, channels), Int32Array.of(4, 0, 2));
  expect(atlas).toMatchObject({ columns: 2, tileSize: tile });
  const { data, info } = await sharp(atlas?.png).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 2 * tile, height: 2 * tile, channels: 3 });
  const middle = (row: number, column: number): number =>
    data[((row * tile + tile / 2) * info.width + column * tile + tile / 2) * 3 + 1] ?? -1;
  expect([middle(0, 0), middle(0, 1), middle(1, 0), middle(1, 1)]).toEqual([200, 40, 120, 0]);
});

it('draws nothing for samples without a picture', async () => {
  const sample: ArraySample = { modality: 'array', shape: [2], data: Float32Array.of(1, 2) };
  const arrays: Dataset = {
    ...flatImages([8, 8], 1),
    samples: { modality: 'array', shape: [2] },
    read: () => Promise.resolve(sample),
  };
  expect(await drawAtlas(arrays, Int32Array.of(0, 1))).toBeUndefined();
});
