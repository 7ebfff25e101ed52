import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { segmentFrames, segmentOffsets, segmentSamples } from './segment.ts';
import { trimSilence } from './trim-silence.ts';
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

describe('trimmed recordings', () => {
  const options = { decibels: 20, windowSize: 4, hop: 2 };

  it('run from the first loud frame to the last, pauses included', () => {
    const faint = (length: number): number[] => Array.from({ length }, () => 0.01);
    const sound = [1, -1, 1, -1];
    const mono = Float32Array.from([...faint(9), ...sound, ...faint(12), ...sound, ...faint(8)]);
    // The frames around samples 8 and 30 hold one and two loud samples; those around 6 and 32 hold none.
    expect([...trimSilence(mono, options)]).toEqual([...mono.subarray(8, 32)]);
    expect(trimSilence(mono, { ...options, decibels: 50 })).toHaveLength(mono.length);
  });

  it('come whole where nothing is louder than the rest', () => {
    for (const length of [0, 1, 7]) {
      expect(trimSilence(new Float32Array(length), options)).toHaveLength(length);
      expect(trimSilence(new Float32Array(length).fill(0.5), options)).toHaveLength(length);
    }
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
