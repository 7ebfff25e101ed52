import { describe, expect, it } from 'vitest';
import { imageModality } from './image-modality.ts';
import { picture } from './picture.ts';

const image = (channels: number, ...values: number[]) => ({
  ...{ height: 1, width: values.length / channels, channels },
  data: Float32Array.from(values),
});

describe('picture', () => {
  it('keeps grey and colours, and clamps what lies outside', () => {
    expect(picture(image(1, 0, 0.5, 1, 2, -1))).toEqual({
      ...{ height: 1, width: 5, channels: 1 },
      data: Uint8Array.of(0, 128, 255, 255, 0),
    });
    expect(picture(image(3, 0, 0.2, 1))).toMatchObject({ channels: 3, data: Uint8Array.of(0, 51, 255) });
  });

  it('shows the first of two channels, and the first three of more', () => {
    expect(picture(image(2, 0.2, 1, 0.4, 1))).toMatchObject({ channels: 1, data: Uint8Array.of(51, 102) });
    expect(picture(image(5, 0.2, 0.4, 0.6, 1, 1))).toMatchObject({
      channels: 3,
      data: Uint8Array.of(51, 102, 153),
    });
  });
});

describe('imageModality.preview', () => {
  it('stretches the range of deep images over black and white', () => {
    const data = Uint16Array.of(0, 2048, 4095);
    const sample = { modality: 'image', height: 1, width: 3, channels: 1, data, range: [0, 4095] } as const;
    expect(imageModality.preview(sample).picture?.data).toEqual(Uint8Array.of(0, 128, 255));
  });
});
