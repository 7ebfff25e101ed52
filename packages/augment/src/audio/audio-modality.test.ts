import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { applyRecipe } from '../apply-recipe.ts';
import { evaluationGroup, evaluationRecipe } from '../evaluation-recipe.ts';
import { readGoldenCases } from '../fixtures/golden.testing.ts';
import type { InputSpec } from '../input-spec.ts';
import { getModality } from '../modalities.ts';
import { resolveAugmentation } from '../resolve-augmentation.ts';
import type { AudioSample, SampleSpec } from '../sample.ts';
import { validateRecipe } from '../validate-recipe.ts';
import { audioModality } from './audio-modality.ts';
import { resolveMelSettings, type MelOptions } from './mel-settings.ts';
import { resample } from './resample.ts';

const samples: SampleSpec = { modality: 'audio', shape: [null], sampleRate: 8000, seconds: 0.5 };

describe('the input of recordings', () => {
  it('has whole multiples of 16 frames, as many as most recordings have, up to 2 s', () => {
    const framesFor = (seconds?: number): number | undefined =>
      audioModality.inputFor({ ...samples, seconds }, {}).shape[1];
    expect([framesFor(0.5), framesFor(0.01), framesFor(30), framesFor()]).toEqual([48, 16, 192, 96]);
    const input = audioModality.inputFor(samples, {});
    expect(input).toMatchObject({ shape: [64, 48, 1], dtype: 'float32', segmentSamples: 47 * 80 });
    expect(input['spectrogram']).toEqual(resolveMelSettings({ sampleRate: 8000 }));
  });

  it('follows its options', () => {
    const input = audioModality.inputFor(samples, { seconds: 0.95, melBands: 32, sampleRate: 16_000 });
    expect(input).toMatchObject({ shape: [32, 96, 1], segmentSamples: 15_200 });
    expect(() => audioModality.inputFor(samples, { seconds: 0.01 })).toThrow(
      'input.seconds: segments must be at least 0.064 s long, one window of the spectrogram, got 0.01',
    );
    expect(() => audioModality.inputFor({ modality: 'audio', shape: [null] }, {})).toThrow(
      'the data set does not say its sample rate: set it, e.g. --set input.sampleRate=16000',
    );
    expect(() => audioModality.inputFor(samples, { melBands: 500 })).toThrow('use fewer melBands');
  });
});

describe('evaluation views of recordings', () => {
  const golden = readGoldenCases('audio.json').filter(({ name }) => name.startsWith('log mel'));

  it.each(golden)('are torchaudio’s spectrogram: $name', ({ params, inputs, outputs }) => {
    const options = params as unknown as MelOptions;
    const data = Float32Array.from(inputs['mono']?.data ?? []);
    const spectrogram = resolveMelSettings(options);
    const shape = [...(outputs['result']?.shape ?? []), 1];
    const input: InputSpec = {
      ...{ modality: 'audio', shape, dtype: 'float32' },
      ...{ segmentSamples: data.length, spectrogram, normalization: { mean: [-5], std: [2] } },
    };
    const { sampleRate } = options;
    const view = viewOf({ modality: 'audio', sampleRate, data }, input);
    expect(view.shape).toEqual(shape);
    const expected = outputs['result']?.data ?? [];
    expect(view.data).toHaveLength(expected.length);
    view.data.forEach((value, i) => {
      expect(Math.abs(value * 2 - 5 - (expected[i] as number))).toBeLessThan(1e-4);
    });
  });

  it('are of recordings at the input’s sample rate, whatever theirs', () => {
    const input = audioModality.inputFor(samples, { sampleRate: 4000 });
    const data = noise(8000);
    const view = viewOf({ modality: 'audio', sampleRate: 8000, data }, input);
    const slow = resample(data, 8000, 4000);
    expect(view).toEqual(viewOf({ modality: 'audio', sampleRate: 4000, data: slow }, input));
    expect(view.shape).toEqual([...input.shape]);
  });

  it('of whole recordings say nothing of loudness, duration and silence around', () => {
    const input = audioModality.inputFor(samples, {
      ...{ frames: 20, melBands: 16, trim: 30, dynamicRange: 40 },
    });
    expect(input).toMatchObject({ shape: [16, 20, 1], segmentSamples: null });
    const sound = noise(4000);
    const padded = new Float32Array(9000);
    padded.set(sound, 3200);
    const [own, other] = [
      viewOf(audio(sound), input),
      viewOf(audio(padded.map((value) => value / 8)), input),
    ];
    expect(own.shape).toEqual([16, 20, 1]);
    expect(Math.max(...own.data)).toBeLessThanOrEqual(Math.log(1 + 1e-4));
    expect(Math.min(...own.data)).toBeGreaterThanOrEqual(Math.log(1e-4) - 1e-5);
    const differences = own.data.map((value, i) => Math.abs(value - (other.data[i] as number)));
    const untrimmed = viewOf(audio(padded), { ...input, trim: undefined });
    const shifts = own.data.map((value, i) => Math.abs(value - (untrimmed.data[i] as number)));
    const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((x, y) => x + y, 0);
    expect(sum(differences)).toBeLessThan(0.25 * sum(shifts));
    expect(() => audioModality.inputFor(samples, { frames: 20, seconds: 1 })).toThrow(
      'input.seconds cuts segments, and input.frames takes whole recordings: set one of them',
    );
    const { description } = audioModality.raw(input);
    expect(description).toBe(
      'log-mel spectrograms of whole recordings without the silence around them, resized to 32 frames',
    );
  });

  it('of the baseline show whole recordings, resized to 32 frames', () => {
    const { input, description } = audioModality.raw(audioModality.inputFor(samples, {}));
    expect(description).toBe('log-mel spectrograms of whole recordings, resized to 32 frames');
    for (const length of [90, 1000, 16_000]) {
      const view = viewOf({ modality: 'audio', sampleRate: 8000, data: noise(length) }, input);
      expect(view.shape).toEqual([64, 32, 1]);
      expect(view.data.every(Number.isFinite)).toBe(true);
    }
  });
});

describe('augmentations of recordings', () => {
  it('fit their input, whatever the recording’s duration', () => {
    const input = audioModality.inputFor(samples, {});
    const whole = audioModality.inputFor(samples, { frames: 48, trim: 30 });
    const cases = audioModality.augmentations.flatMap(({ name }) => [
      { name, input },
      { name, input: whole },
    ]);
    for (const { name, input } of cases) {
      const { view } = resolveAugmentation(name, input, 'strong');
      const recipe = { groups: { views: { count: 2, transforms: view } } };
      expect(validateRecipe(recipe, samples, input)).toEqual({ views: [64, 48, 1] });
      for (const length of [100, 3760, 9000]) {
        const { views } = applyRecipe(audio(noise(length)), createRandom(1), {
          ...{ recipe, input },
          partner: () => audio(noise(500)),
        });
        expect(views?.inputs.map(({ shape }) => shape)).toEqual([
          [64, 48, 1],
          [64, 48, 1],
        ]);
      }
    }
    expect(audioModality.defaultAugmentation(input, 'strong')).toBe('byol-a');
    expect(audioModality.defaultAugmentation(input, 'weak')).toBe('segments');
  });

  it('must end in spectrograms of one size', () => {
    const input = audioModality.inputFor(samples, {});
    const check = (...names: string[]) =>
      validateRecipe(
        { groups: { views: { count: 1, transforms: names.map((name) => ({ name })) } } },
        samples,
        input,
      );
    expect(() => check('segment')).toThrow('this is still a waveform; put logMel before it');
    expect(() => check('logMel')).toThrow('cut the recordings first, by randomSegment or segment');
    expect(() => check('rotate90')).toThrow('unknown transform of audio samples "rotate90"');
  });
});

describe('previews of recordings', () => {
  it('are a square picture and a WAV file', () => {
    const { picture, sound } = audioModality.preview(audio(noise(4000)));
    expect([picture?.height, picture?.width, picture?.channels]).toEqual([64, 64, 3]);
    expect(sound?.mimeType).toBe('audio/wav');
    expect(sound?.bytes).toHaveLength(44 + 2 * 4000);
    expect(audioModality.preview(audio(noise(10))).picture?.data.length).toBe(64 * 64 * 3);
  });

  it('of views take normalisation back', () => {
    const input = audioModality.inputFor(samples, {});
    const normalized: InputSpec = { ...input, normalization: { mean: [-4], std: [2] } };
    const sample = audio(noise(4000));
    const [plain, scaled] = [viewOf(sample, input), viewOf(sample, normalized)];
    const shown = audioModality.previewView(plain.data, plain.shape, input).picture;
    const back = audioModality.previewView(scaled.data, scaled.shape, normalized).picture;
    expect([shown?.height, shown?.width]).toEqual([64, 48]);
    const differences = shown?.data.map((value, i) => Math.abs(value - (back?.data[i] as number)));
    // A float rounded to the next of 256 colours.
    expect(Math.max(...(differences ?? [255]))).toBeLessThanOrEqual(3);
  });
});

function viewOf(sample: AudioSample, input: InputSpec) {
  const views = applyRecipe(sample, createRandom(0), { recipe: evaluationRecipe(input), input });
  const [view] = views[evaluationGroup]?.inputs ?? [];
  if (view === undefined) throw new Error('no view');
  return view;
}

function audio(data: Float32Array): AudioSample {
  expect(getModality('audio')).toBe(audioModality);
  return { modality: 'audio', sampleRate: 8000, data };
}

function noise(length: number): Float32Array {
  const random = createRandom(length, 'noise');
  return Float32Array.from({ length }, () => 0.3 * random.uniform(-1, 1));
}
