import { readFileSync } from 'node:fs';

import { encodeWav } from '@ssl/augment';
import { isUserError } from '@ssl/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readWav } from './read-wav.ts';
import { toMono } from './to-mono.ts';

/** A file that libsndfile wrote, and what it reads from it; files of compressed samples may be cut off. */
interface WavCase {
  readonly name: string;
  readonly params: { readonly subtype: string };
  /** Base64. */
  readonly file: string;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly samples?: readonly number[];
}

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/wav-files.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly WavCase[] };

const codecNames: Readonly<Record<string, string>> = {
  ULAW: 'µ-law',
  ALAW: 'A-law',
  IMA_ADPCM: 'IMA ADPCM',
  MS_ADPCM: 'Microsoft ADPCM',
  GSM610: 'GSM 6.10',
};

describe('readWav', () => {
  it.each(cases.filter(({ samples }) => samples))(
    'reads $name',
    ({ file, sampleRate, channels, samples }) => {
      const audio = readWav(Buffer.from(file, 'base64'));
      const data = Float32Array.from(samples ?? []);
      expect(audio).toEqual({ sampleRate, channels, frames: data.length / (channels as number), data });
    },
  );

  it.each(cases.filter(({ samples }) => !samples))('refuses $name by its name', ({ file, params }) => {
    const codec = codecNames[params.subtype] as string;
    expect(errorOf(Buffer.from(file, 'base64'))).toContain(`clip.wav: ${codec} samples are not supported`);
  });

  it('reads from the middle of a larger buffer', () => {
    const bytes = new Uint8Array(1001);
    const file = encodeWav(Float32Array.of(0.25, -0.5), 8000);
    bytes.set(file, 501);
    expect([...readWav(bytes.subarray(501, 501 + file.length)).data]).toEqual([0.25, -0.5]);
  });

  it('skips chunks that it does not know, with the padding byte of odd ones', () => {
    const file = wav([chunk('fmt ', format()), chunk('bext', [1, 2, 3]), chunk('data', [0, 64, 0, 192])]);
    expect([...readWav(file).data]).toEqual([0.5, -0.5]);
  });

  it('reads data of unknown size to the end of the file, and drops half a frame', () => {
    const data = [...text('data'), 0xff, 0xff, 0xff, 0xff, 0, 64, 0, 192, 7];
    expect([...readWav(wav([chunk('fmt ', format()), data])).data]).toEqual([0.5, -0.5]);
  });

  it('reads samples of 12 bits as the upper bits of 16', () => {
    const file = wav([chunk('fmt ', format({ bits: 12 })), chunk('data', [0, 64])]);
    expect([...readWav(file).data]).toEqual([0.5]);
  });

  const nan = chunk('data', [0, 0, 0xc0, 0x7f]);
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'not a WAV file: it does not start with RIFF and WAVE'],
    ['another RIFF', Uint8Array.from([...text('RIFF'), 4, 0, 0, 0, ...text('WEBP')]), 'not a WAV file'],
    [
      'big-endian',
      Uint8Array.from([...text('RIFX'), 4, 0, 0, 0, ...text('WAVE')]),
      'RIFX files are not supported',
    ],
    ['only a header', wav([]), 'truncated WAV file: it ends before its fmt chunk'],
    ['no data', wav([chunk('fmt ', format())]), 'truncated WAV file: it ends before its data chunk'],
    ['data first', wav([chunk('data', [0, 0]), chunk('fmt ', format())]), 'no fmt chunk before its data'],
    ['empty data', wav([chunk('fmt ', format()), chunk('data', [])]), 'the WAV file holds no samples'],
    [
      'half of the data',
      wav([chunk('fmt ', format()), chunk('data', [1, 2, 3, 4]).slice(0, -2)]),
      'truncated WAV file: its data chunk has 2 of 4 bytes',
    ],
    ['a short fmt', wav([chunk('fmt ', format().slice(0, 12))]), 'its fmt chunk is too short'],
    ['no channel', wav([chunk('fmt ', format({ channels: 0 }))]), 'it has 0 channels'],
    ['no rate', wav([chunk('fmt ', format({ rate: 0 }))]), 'its sample rate is 0 Hz'],
    [
      '64-bit integers',
      wav([chunk('fmt ', format({ bits: 64 }))]),
      '64-bit integer samples are not supported',
    ],
    ['16-bit floats', wav([chunk('fmt ', format({ tag: 3 }))]), '16-bit float samples are not supported'],
    ['MP3', wav([chunk('fmt ', format({ tag: 0x55, bits: 0 }))]), 'MP3 samples are not supported'],
    [
      'another codec',
      wav([chunk('fmt ', format({ tag: 0x1234 }))]),
      'codec 0x1234 samples are not supported',
    ],
    [
      'wrong frames',
      wav([chunk('fmt ', format({ frameBytes: 3 }))]),
      '16 bits cannot make frames of 3 bytes',
    ],
    ['a short extension', wav([chunk('fmt ', format({ tag: 0xfffe }))]), 'extensible fmt chunk is too short'],
    [
      'an unknown subformat',
      wav([chunk('fmt ', [...format({ tag: 0xfffe }), ...new Array<number>(24).fill(9)])]),
      'samples of an unknown subformat',
    ],
    ['NaN', wav([chunk('fmt ', format({ tag: 3, bits: 32 })), nan]), 'sample 0 is NaN, no finite number'],
  ])('refuses %s in one line', (_, file, message) => {
    const error = errorOf(file);
    expect(error).toContain(message);
    expect(error).toMatch(/^clip\.wav: .+$/);
  });

  it('refuses every file that is cut off, whatever the place', () => {
    const file = encodeWav(
      Float32Array.from({ length: 20 }, (_, i) => i / 20),
      8000,
    );
    for (let length = 0; length < file.length; length++) errorOf(file.subarray(0, length));
  });
});

describe('encodeWav', () => {
  it('is read again to within half a step of 16 bits', () => {
    const samples = fc.float32Array({ min: -1, max: Math.fround(32767 / 32768), noNaN: true, minLength: 1 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 192_000 }), (mono, sampleRate) => {
        const audio = readWav(encodeWav(mono, sampleRate));
        expect(audio).toMatchObject({ sampleRate, channels: 1, frames: mono.length });
        return audio.data.every((sample, i) => Math.abs(sample - (mono[i] as number)) <= 0.5 / 32768);
      }),
    );
  });

  it('clips what is too loud', () => {
    expect([...readWav(encodeWav(Float32Array.of(3, -3), 8000)).data]).toEqual([32767 / 32768, -1]);
  });

  it('refuses a sample rate that is none', () => {
    expect(() => encodeWav(new Float32Array(1), 0.5)).toThrow(
      'sampleRate must be a positive integer, got 0.5',
    );
  });
});

describe('toMono', () => {
  it('takes the mean of the channels', () => {
    const data = Float32Array.of(1, 0, 0.5, -0.5, 0.25, 0.75);
    const mono = toMono({ sampleRate: 8000, channels: 2, frames: 3, data });
    expect([...mono]).toEqual([0.5, 0, 0.5]);
    expect(toMono({ sampleRate: 8000, channels: 1, frames: 6, data })).toBe(data);
  });
});

function errorOf(file: Uint8Array): string {
  try {
    readWav(file, 'clip.wav');
  } catch (error) {
    expect(isUserError(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error('readWav accepted the file');
}

function wav(chunks: readonly (readonly number[])[]): Uint8Array {
  const body = [...text('WAVE'), ...chunks.flat()];
  return Uint8Array.from([...text('RIFF'), ...word(body.length), ...body]);
}

function chunk(id: string, content: readonly number[]): number[] {
  return [...text(id), ...word(content.length), ...content, ...(content.length % 2 === 1 ? [0] : [])];
}

interface FormatFields {
  readonly tag?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
  readonly frameBytes?: number;
}

function format({ tag = 1, channels = 1, rate = 8000, bits = 16, frameBytes }: FormatFields = {}): number[] {
  const size = frameBytes ?? Math.ceil(bits / 8) * channels;
  return [...half(tag), ...half(channels), ...word(rate), ...word(rate * size), ...half(size), ...half(bits)];
}

function half(value: number): number[] {
  return [value & 255, value >> 8];
}

function word(value: number): number[] {
  return [...half(value & 0xffff), ...half(value >>> 16)];
}

function text(characters: string): number[] {
  return Array.from(characters, (character) => character.charCodeAt(0));
}
