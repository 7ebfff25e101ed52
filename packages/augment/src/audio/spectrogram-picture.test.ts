import { describe, expect, it } from 'vitest';

import { spectrogramPicture } from './spectrogram-picture.ts';
import type { Spectrogram } from './spectrogram.ts';

describe('spectrogramPicture', () => {
  it('has low frequencies at the bottom and is lighter where it is louder', () => {
    const x: Spectrogram = { height: 2, width: 1, channels: 1, data: Float32Array.of(-5, 3) };
    expect([...spectrogramPicture(x).data]).toEqual([252, 253, 191, 0, 0, 4]);
    expect([...spectrogramPicture(x, [3, 4]).data]).toEqual([0, 0, 4, 0, 0, 4]);
    const ramp: Spectrogram = {
      height: 1,
      width: 256,
      channels: 1,
      data: Float32Array.from({ length: 256 }, (_, i) => i),
    };
    const { data } = spectrogramPicture(ramp);
    const luma = Array.from({ length: 256 }, (_, i) => {
      const [red = 0, green = 0, blue = 0] = data.subarray(3 * i, 3 * i + 3);
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    });
    expect(luma.every((value, i) => i === 0 || value >= (luma[i - 1] as number))).toBe(true);
  });

  it('draws an even spectrogram, too', () => {
    const x: Spectrogram = { height: 2, width: 2, channels: 1, data: new Float32Array(4).fill(2) };
    expect(new Set(spectrogramPicture(x).data)).toEqual(new Set([0, 4]));
  });
});
