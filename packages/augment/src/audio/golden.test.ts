import type { Random } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { readGoldenCases, type GoldenArray, type GoldenCase } from '../fixtures/golden.testing.ts';
import type { AudioTransform } from './audio-transform.ts';
import { linearFader } from './functional/linear-fader.ts';
import { maskStripe, type MaskAxis } from './functional/mask-stripe.ts';
import { mixLogMel } from './functional/mix-log-mel.ts';
import { resizeAligned } from './functional/resize-aligned.ts';
import { resizeCrop } from './functional/resize-crop.ts';
import { logMelSpectrogram } from './log-mel-spectrogram.ts';
import type { MelOptions } from './mel-settings.ts';
import { resample } from './resample.ts';
import type { Spectrogram } from './spectrogram.ts';
import { randomLinearFader } from './transforms/random-linear-fader.ts';
import { drawStripe } from './transforms/random-mask-stripes.ts';
import { drawResizeCrop, randomResizeCrop } from './transforms/random-resize-crop.ts';

const cases = readGoldenCases('audio.json');

describe('resample', () => {
  it.each(casesNamed('resample from'))('$name', ({ params, inputs, outputs }) => {
    const { fromRate, toRate, ...options } = params as unknown as { fromRate: number; toRate: number };
    const result = resample(samplesOf(inputs['mono']), fromRate, toRate, options);
    expectClose(result, outputs['result'], 1e-6);
  });
});

describe('logMelSpectrogram', () => {
  it.each(casesNamed('log mel'))('$name', ({ params, inputs, outputs }) => {
    const result = logMelSpectrogram(samplesOf(inputs['mono']), params as unknown as MelOptions);
    expect([result.height, result.width]).toEqual(outputs['result']?.shape);
    expectClose(result.data, outputs['result'], 1e-4);
  });
});

describe('mixLogMel', () => {
  it.each(casesNamed('mix'))('$name', ({ params, inputs, outputs }) => {
    const { amount } = params as { amount: number };
    const result = mixLogMel(spectrogramOf(inputs['x']), spectrogramOf(inputs['z']), amount);
    // The reference is float32: 1 + 2⁻²³ near the floor of −16.
    expectClose(result.data, outputs['result'], 2e-5);
  });
});

describe('resizeAligned', () => {
  it.each(casesNamed('resize ').filter(({ name }) => !name.startsWith('resize crop')))(
    '$name',
    ({ params, inputs, outputs }) => {
      const { size } = params as unknown as { size: readonly [number, number] };
      expectClose(resizeAligned(spectrogramOf(inputs['x']), size).data, outputs['result'], 1e-6);
    },
  );
});

describe('randomResizeCrop', () => {
  it.each(casesNamed('resize crop'))('$name', ({ params, inputs, outputs }) => {
    const { uniforms, places, canvas, box, canvasScale, frequencyScale, timeScale } = params as unknown as {
      [key in 'uniforms' | 'places']: readonly number[];
    } & { [key in 'canvasScale' | 'frequencyScale' | 'timeScale' | 'canvas']: readonly [number, number] } & {
      box: readonly [number, number, number, number];
    };
    const x = spectrogramOf(inputs['x']);
    const options = { canvasScale, frequencyScale, timeScale };
    const [top, left, height, width] = box;
    const drawn = drawResizeCrop(x, fixedDraws(uniforms, places), options);
    expect(drawn).toEqual({
      canvas: { height: canvas[0], width: canvas[1] },
      box: { top, left, height, width },
    });
    expectClose(resizeCrop(x, drawn).data, outputs['result'], 5e-6);
    expect(applyTo(x, randomResizeCrop, options, fixedDraws(uniforms, places))).toEqual(resizeCrop(x, drawn));
  });
});

describe('randomLinearFader', () => {
  it.each(casesNamed('fader'))('$name', ({ params, inputs, outputs }) => {
    const { gain, uniforms } = params as unknown as { gain: number; uniforms: readonly [number, number] };
    const x = spectrogramOf(inputs['x']);
    const faded = applyTo(x, randomLinearFader, { gain }, fixedDraws(uniforms));
    expectClose(faded.data, outputs['result'], 1e-6);
    const [head, tail] = uniforms.map((u) => gain * (2 * u - 1)) as [number, number];
    expectClose(linearFader(x, head, tail).data, outputs['result'], 1e-6);
  });
});

describe('randomMaskStripes', () => {
  it.each(casesNamed('mask axis'))('$name', ({ params, inputs, outputs }) => {
    const { axis, maxLength, maxShare, fill, uniforms } = params as unknown as {
      axis: MaskAxis;
      maxLength: number;
      maxShare: number;
      fill: number;
      uniforms: readonly number[];
    };
    const x = spectrogramOf(inputs['x']);
    const stripe = drawStripe(x, fixedDraws(uniforms), { axis, maxLength, maxShare });
    expectClose(maskStripe(x, stripe, fill).data, outputs['result'], 0);
  });
});

/** Applies a transform to values that are normalised already, as the reference does. */
function applyTo(x: Spectrogram, transform: AudioTransform, parameters: object, random: Random): Spectrogram {
  const values = transform.schema.parse({ name: transform.name, ...parameters });
  return transform.apply(x, values, random, {
    input: { modality: 'audio', shape: [x.height, x.width, 1], dtype: 'float32' },
    setTarget: () => undefined,
    partner: () => x,
  }) as Spectrogram;
}

function casesNamed(start: string): readonly GoldenCase[] {
  return cases.filter(({ name }) => name.startsWith(start));
}

function samplesOf(array: GoldenArray | undefined): Float32Array {
  return Float32Array.from(array?.data ?? []);
}

function spectrogramOf(array: GoldenArray | undefined): Spectrogram {
  const [height = 0, width = 0] = array?.shape ?? [];
  return { height, width, channels: 1, data: samplesOf(array) };
}

/** Draws these fractions and no others; places are fractions, too, and are not asked for where there is one only. */
function fixedDraws(uniforms: readonly number[], places: readonly number[] = []): Random {
  const [fractions, integers] = [uniforms[Symbol.iterator](), places[Symbol.iterator]()];
  const random: Partial<Random> = {
    uniform: (low = 0, high = 1) => low + (fractions.next().value as number) * (high - low),
    integer: (bound) => (bound === 1 ? 0 : Math.floor((integers.next().value as number) * bound)),
  };
  return random as Random;
}

function expectClose(actual: Float32Array, expected: GoldenArray | undefined, tolerance: number): void {
  const values = Float32Array.from(expected?.data ?? []);
  expect(actual).toHaveLength(values.length);
  expect(values.length).toBeGreaterThan(0);
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = Math.abs((actual[i] as number) - (values[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  expect(largest).toBeLessThanOrEqual(tolerance);
}
