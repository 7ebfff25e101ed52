import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { InputSpec } from '../input-spec.ts';
import type { TransformContext } from '../transform.ts';
import { audioInputFor } from './audio-input.ts';
import type { AudioTransformSpec } from './audio-transforms.ts';
import { audioTransforms } from './audio-transforms.ts';
import type { AudioTransform, AudioValue, Waveform } from './audio-transform.ts';
import { silence, type Spectrogram } from './spectrogram.ts';

const bare = audioInputFor(
  { modality: 'audio', shape: [null], sampleRate: 2000 },
  { seconds: 0.2, melBands: 8 },
);
const input: InputSpec = { ...bare, normalization: { mean: [-6], std: [3] } };
/** 400 samples at 2,000 Hz. */
const segmentSamples = 400;

/** One of each transform of spectrograms. */
const specs: readonly AudioTransformSpec[] = [
  { name: 'randomMix' },
  { name: 'randomResizeCrop' },
  { name: 'randomLinearFader' },
  { name: 'randomEqualizer' },
  { name: 'randomFloor' },
  { name: 'randomWarp', axis: 'time' },
  { name: 'randomWarp', axis: 'frequency', distance: 0.25 },
  { name: 'randomMaskStripes', axis: 'time', maxLength: 5, count: 2 },
  { name: 'randomMaskStripes', axis: 'frequency', maxLength: 5, fill: 'silence' },
  { name: 'randomMask', ratio: 0.5, patchSize: 2, fill: [-6] },
  { name: 'gaussianNoise' },
  { name: 'resizeFrames', frames: 5 },
  { name: 'oneOf', choices: [[{ name: 'gaussianNoise' }], [{ name: 'randomLinearFader' }]] },
];

describe('transforms of sound', () => {
  it('never write to their input, keep to the size they announce and are decided by their stream', () => {
    const sizes = { height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 12 }) };
    fc.assert(
      fc.property(fc.record(sizes), fc.integer(), ({ height, width }, seed) => {
        for (const spec of specs) {
          const x = spectrogram(height, width, seed);
          const z = spectrogram(height, width, seed + 1);
          const [before, beforeZ] = [x.data.slice(), z.data.slice()];
          const result = apply(spec, x, seed, { partner: () => z }) as Spectrogram;
          expect(apply(spec, x, seed, { partner: () => z })).toEqual(result);
          expect([x.data, z.data]).toEqual([before, beforeZ]);
          expect(result.data).toHaveLength(result.height * result.width);
          const { transform, parameters } = callOf(spec);
          const announced = transform.outputSize(
            { domain: 'spectrogram', height, width, segmentFrames: 7, channels: 1 },
            parameters,
          );
          expect(announced).toMatchObject({ height: result.height, width: result.width });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('measure in deviations of the data, which the authors reach by normalising first', () => {
    const [mean, deviation] = [-6, 3];
    const x = spectrogram(8, 10, 1);
    const z = spectrogram(8, 10, 2);
    const raw = (s: Spectrogram): Spectrogram => ({
      ...s,
      data: s.data.map((value) => value * deviation + mean),
    });
    const normalizedInput: InputSpec = { ...bare, normalization: { mean: [0], std: [1] } };
    const all: readonly AudioTransformSpec[] = [
      { name: 'randomMix' },
      { name: 'randomResizeCrop' },
      { name: 'randomLinearFader' },
      { name: 'randomEqualizer' },
      { name: 'randomMaskStripes', axis: 'time', maxLength: 5 },
      { name: 'gaussianNoise', sigma: 0.4 },
    ];
    for (const spec of all) {
      const before = apply(spec, raw(x), 5, { partner: () => raw(z) }) as Spectrogram;
      const after = apply(spec, x, 5, { input: normalizedInput, partner: () => z }) as Spectrogram;
      before.data.forEach((value, i) => {
        expect((value - mean) / deviation, spec.name).toBeCloseTo(after.data[i] as number, 4);
      });
    }
  });

  it('cut random segments from every place of a recording, and put short ones where they are asked to', () => {
    const long: Waveform = { samples: Float32Array.from({ length: segmentSamples + 3 }, (_, i) => i) };
    const starts = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      const { samples } = apply({ name: 'randomSegment' }, long, seed) as Waveform;
      expect(samples).toHaveLength(segmentSamples);
      starts.add(samples[0] as number);
    }
    expect([...starts].sort()).toEqual([0, 1, 2, 3]);
    const short: Waveform = { samples: new Float32Array(segmentSamples - 2).fill(1) };
    const at = (spec: AudioTransformSpec, seed: number) =>
      (apply(spec, short, seed) as Waveform).samples.indexOf(1);
    expect(at({ name: 'randomSegment' }, 0)).toBe(1);
    expect(at({ name: 'randomSegment', padding: 'end' }, 0)).toBe(0);
    const places = new Set(
      Array.from({ length: 100 }, (_, seed) => at({ name: 'randomSegment', padding: 'random' }, seed)),
    );
    expect([...places].sort()).toEqual([0, 1, 2]);
    expect((apply({ name: 'segment' }, long, 0) as Waveform).samples[0]).toBe(1);
    expect((apply({ name: 'segment', at: 'start' }, long, 0) as Waveform).samples[0]).toBe(0);
  });

  it('make spectrograms of recordings that are shorter than a window', () => {
    const result = apply({ name: 'logMel' }, { samples: new Float32Array(10) }, 0) as Spectrogram;
    expect(result.data.every((value) => value === Math.fround(silence))).toBe(true);
  });

  it('say which of them must stand before which', () => {
    const waveform = { domain: 'waveform', height: 8, width: 10, segmentFrames: 10, channels: 1 } as const;
    const spectrogramOf = { ...waveform, domain: 'spectrogram' } as const;
    const sizeAfter = (spec: AudioTransformSpec, size: Parameters<AudioTransform['outputSize']>[0]) => {
      const { transform, parameters } = callOf(spec);
      return transform.outputSize(size, parameters);
    };
    expect(() => sizeAfter({ name: 'gaussianNoise' }, waveform)).toThrow(
      'transform gaussianNoise: changes spectrograms, this is still a waveform; put logMel before it',
    );
    expect(() => sizeAfter({ name: 'randomSegment' }, spectrogramOf)).toThrow(
      'transform randomSegment: takes a waveform, this is a spectrogram already; put it before logMel',
    );
    const masked = { name: 'patchMask', patchSize: [4, 4], ratio: 0.5 } as const;
    expect(() => sizeAfter(masked, { ...spectrogramOf, width: null })).toThrow(
      'transform patchMask: takes spectrograms of one length; cut the recordings first, by randomSegment or segment',
    );
    expect(() => sizeAfter(masked, spectrogramOf)).toThrow('patches of 4×4 do not divide 8×10');
    expect(sizeAfter(masked, { ...spectrogramOf, width: 12 })).toMatchObject({ height: 8, width: 12 });
  });
});

function callOf(spec: AudioTransformSpec): { transform: AudioTransform; parameters: unknown } {
  const transform = (audioTransforms as unknown as Record<string, AudioTransform>)[
    spec.name
  ] as AudioTransform;
  return { transform, parameters: transform.schema.parse(spec) };
}

function apply(
  spec: AudioTransformSpec,
  value: AudioValue,
  seed: number,
  context: Partial<TransformContext<AudioValue>> = {},
): AudioValue {
  const { transform, parameters } = callOf(spec);
  return transform.apply(value, parameters, createRandom(seed), {
    ...{ input, setTarget: () => undefined, partner: () => value },
    ...context,
  });
}

function spectrogram(height: number, width: number, seed: number): Spectrogram {
  const random = createRandom(seed, 'spectrogram');
  const data = Float32Array.from({ length: height * width }, () => random.normal());
  return { height, width, channels: 1, data };
}
