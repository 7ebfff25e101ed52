import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { segmentFrames, segmentOffsets, segmentSamples } from './segment.ts';
import { silence, type Spectrogram } from '../spectrogram.ts';

describe('segments', () => {
  it('are cut where they are asked for, and short clips come whole with silence around them', () => {
    const clip = Float32Array.of(1, 2, 3);
    expect([segmentOffsets(3, 2), segmentOffsets(3, 6)]).toEqual([2, 1]);
    expect([...segmentSamples(clip, 2, 1)]).toEqual([2, 3]);
    expect([...segmentSamples(clip, 6)]).toEqual([0, 1, 2, 3, 0, 0]);
    expect([...segmentSamples(clip, 6, 0, 'end')]).toEqual([1, 2, 3, 0, 0, 0]);
    expect(() => segmentSamples(clip, 2, 2)).toThrow('offset must be an integer from 0 to 1, got 2');
    expect(() => segmentSamples(clip, 0)).toThrow('length must be a positive integer, got 0');
  });

  it('of frames are the same frames of each band', () => {
    const x = spectrogram(2, 3, 1);
    const [a, b, c, d, e, f] = x.data;
    expect([...segmentFrames(x, 2, 1).data]).toEqual([b, c, e, f]);
    const low = Math.fround(silence);
    expect([...segmentFrames(x, 5).data]).toEqual([low, a, b, c, low, low, d, e, f, low]);
    expect([...segmentFrames(x, 4, 0, { padding: 'end', fill: 7 }).data]).toEqual([a, b, c, 7, d, e, f, 7]);
  });
});

function spectrogram(height: number, width: number, seed: number): Spectrogram {
  const random = createRandom(seed, 'spectrogram');
  return {
    height,
    width,
    channels: 1,
    data: Float32Array.from({ length: height * width }, () => random.normal()),
  };
}
