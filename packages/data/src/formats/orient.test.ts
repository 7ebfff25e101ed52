import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { orient } from './orient.ts';

describe('orient', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('does for orientation %i what sharp does', async (orientation) => {
    const [width, height, channels] = [4, 3, 3] as const;
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) => i);
    const file = await sharp(data, { raw: { width, height, channels } })
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    const expected = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const turned = orient({ height, width, channels, data }, orientation);
    expect([turned.width, turned.height]).toEqual([expected.info.width, expected.info.height]);
    expect([...turned.data]).toEqual([...expected.data]);
  });

  it('leaves the image as it is for values that Exif does not know', () => {
    const image = { height: 1, width: 2, channels: 1, data: Float32Array.of(1, 2) };
    for (const orientation of [0, 9, NaN]) expect(orient(image, orientation)).toBe(image);
  });
});
