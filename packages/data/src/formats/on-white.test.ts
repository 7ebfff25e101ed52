import { describe, expect, it } from 'vitest';

import { onWhite } from './on-white.ts';

describe('onWhite', () => {
  it('mixes colors with white by their opacity', () => {
    const data = Uint16Array.of(100, 0, 100, 65535, 100, 32768);
    expect(onWhite({ height: 1, width: 3, channels: 2, data }, 65535)).toEqual({
      height: 1,
      width: 3,
      channels: 1,
      data: Uint16Array.of(65535, 100, Math.round((100 * 32768 + 65535 * 32767) / 65535)),
    });
  });

  it('does not round floats', () => {
    const data = Float32Array.of(0.5, 0.25, 0, 0.25);
    expect(onWhite({ height: 1, width: 1, channels: 4, data }, 1).data).toEqual(
      Float32Array.of(0.875, 0.8125, 0.75),
    );
  });

  it('adds white to colors that were multiplied by the opacity', () => {
    const data = Uint8Array.of(30, 40, 250, 51);
    expect(onWhite({ height: 1, width: 1, channels: 4, data }, 255, true).data).toEqual(
      Uint8Array.of(234, 244, 255),
    );
  });
});
