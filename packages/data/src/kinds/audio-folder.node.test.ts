import { readFileSync } from 'node:fs';

import { encodeWav, resample, type AudioSample } from '@ssl/augment';
import { describe, expect, it } from 'vitest';

import { readWav } from '../audio/read-wav.ts';
import { toMono } from '../audio/to-mono.ts';
import { addFiles, temporaryFolder } from '../fixtures/temporary-folder.node.ts';
import { attachDataset, datasetSplits, openDataset } from '../open-dataset.node.ts';
import { shareDataset } from '../subset.ts';

/** Files that libsndfile wrote: all kinds of samples, and compressed ones. */
const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/wav-files.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly { name: string; file: string; sampleRate?: number }[] };
const readable = cases.filter(({ sampleRate }) => sampleRate !== undefined);
const compressed = cases.filter(({ sampleRate }) => sampleRate === undefined);

const tone = wavOf(400);

describe('a folder of WAV files', () => {
  it('reads every kind of file as one channel at the rate of most', async () => {
    const files = Object.fromEntries(
      readable.map(({ file }, i) => [`${100 + i}.wav`, Buffer.from(file, 'base64')]),
    );
    const fillers = Object.fromEntries(readable.map((_, i) => [`a${100 + i}.WAV`, tone]));
    const dataset = await openDataset(temporaryFolder({ ...files, ...fillers, 'extra.wav': tone }));
    expect(dataset.length).toBe(2 * readable.length + 1);
    expect(dataset.samples).toMatchObject({ modality: 'audio', shape: [null], sampleRate: 8000 });
    expect(dataset).not.toHaveProperty('labels');
    for (const [i, { file, name }] of readable.entries()) {
      const audio = readWav(Buffer.from(file, 'base64'));
      const sample = (await dataset.read(i)) as AudioSample;
      expect(sample.sampleRate).toBe(8000);
      expect(sample.data, name).toEqual(resample(toMono(audio), audio.sampleRate, 8000));
      // A second time from memory.
      expect(await dataset.read(i)).toEqual(sample);
    }
  });

  it('takes sub-folders as classes and train/ and test/ as splits', async () => {
    const folder = temporaryFolder({
      'train/one/1.wav': tone,
      'train/two/1.wav': wavOf(800),
      'test/two/1.wav': tone,
      'test/two/2.wav': tone,
    });
    expect(await datasetSplits(folder)).toEqual(['train', 'test']);
    const train = await openDataset(folder);
    expect(train).toMatchObject({
      classNames: ['one', 'two'],
      labels: Int32Array.of(0, 1),
      samples: { shape: [null], sampleRate: 8000, seconds: 0.1 },
    });
    const test = await openDataset(folder, { split: 'test' });
    expect(test).toMatchObject({
      classNames: ['one', 'two'],
      labels: Int32Array.of(1, 1),
      samples: { shape: [400], seconds: 0.05 },
    });
    expect((await openDataset(test.source)).fingerprint).toBe(test.fingerprint);
    expect(test.fingerprint).not.toBe(train.fingerprint);
  });

  it('tells workers what it knows, with the memory of decoded recordings', async () => {
    const folder = temporaryFolder({ 'a.wav': tone, 'b.wav': wavOf(900) });
    for (const cacheMebibytes of [1, 0]) {
      const dataset = await openDataset(folder, { cacheMebibytes });
      const attached = await attachDataset(structuredClone(shareDataset(dataset)));
      expect(attached).toMatchObject({ length: 2, samples: dataset.samples, name: dataset.name });
      for (const index of [0, 1]) expect(await attached.read(index)).toEqual(await dataset.read(index));
      await expect(attached.read(2)).rejects.toThrow('index must be an integer from 0 to 1, got 2');
    }
  });

  it('says so where a file is gone when it is read', async () => {
    const folder = temporaryFolder({ 'a.wav': tone, 'b.wav': tone });
    const dataset = await openDataset(folder, { cacheMebibytes: 0 });
    addFiles(folder, { 'a.wav': tone.subarray(0, 50) });
    await expect(dataset.read(0)).rejects.toThrow(/a\.wav: truncated WAV file/);
  });
});

describe('files that cannot be read', () => {
  const zeroRate = tone.slice();
  zeroRate.fill(0, 24, 28);
  const [compressedCase] = compressed;
  const broken: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    'empty.wav': [new Uint8Array(0), /empty\.wav \(empty\)/],
    'short.wav': [tone.subarray(0, 500), /short\.wav \(truncated WAV file: its data chunk has 456 of 800/],
    'zero.wav': [zeroRate, /zero\.wav \(damaged WAV file: its sample rate is 0 Hz\)/],
    'none.wav': [wavOf(0), /none\.wav \(the WAV file holds no samples\)/],
    'packed.wav': [
      Buffer.from(compressedCase?.file ?? '', 'base64'),
      /packed\.wav \(.* samples are not supported: convert the file to 16-bit PCM/,
    ],
    'text.wav': [Buffer.from('hello'), /text\.wav \(not a WAV file/],
  };

  it.each(Object.entries(broken))('are skipped with a warning: %s', async (name, [content, problem]) => {
    const folder = temporaryFolder({ 'good.wav': tone, [name]: content });
    const warnings: string[] = [];
    const dataset = await openDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect(dataset.length).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(problem)]);
    expect(warnings[0]).toMatch(/^1 of 2 recordings skipped: .*; --strict makes this an error$/);
    await expect(openDataset(folder, { strict: true })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(problem),
    });
  });

  it('are an error where there are no others', async () => {
    const folder = temporaryFolder({ 'a.wav': 'x', 'b.wav': 'y' });
    await expect(openDataset(folder)).rejects.toMatchObject({
      name: 'UserError',
      message: `${folder}: none of the 2 recordings can be read: a.wav (not a WAV file: it does not start with RIFF and WAVE), b.wav (not a WAV file: it does not start with RIFF and WAVE)`,
    });
  });

  it('of compressed sound are told apart from pictures', async () => {
    const folder = temporaryFolder({ 'a.mp3': 'x', 'b.mp3': 'y' });
    await expect(openDataset(folder)).rejects.toThrow(
      `${folder} holds no recording (.wav); it holds 2 .mp3 files`,
    );
    const pictures = temporaryFolder({ 'a.pdf': 'x', 'b.wav': tone, 'c.pdf': 'y' });
    await expect(openDataset(pictures)).rejects.toThrow('holds no image');
  });

  it('lie beside the folders of classes', async () => {
    const folder = temporaryFolder({ 'a/1.wav': tone, 'b/1.wav': tone, 'c.wav': tone });
    const warnings: string[] = [];
    await openDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect(warnings).toEqual([
      '1 recording beside the folders of the classes left out: c.wav; --strict makes this an error',
    ]);
  });
});

/** A file of 8,000 Hz. */
function wavOf(length: number): Uint8Array {
  return encodeWav(
    Float32Array.from({ length }, (_, i) => Math.sin(i / 3) / 2),
    8000,
  );
}
