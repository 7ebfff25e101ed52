import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeWav, resample, type AudioSample } from '@ssl/augment';
import { createGeneratedTones, type Split } from '@ssl/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder, writeFiles } from './folders.ts';
import { ssl, sslJson, type Outcome } from './ssl.ts';

const wasm = ['--backend', 'wasm', '--threads', '1'];
const tiny = [
  ...[...wasm, '--workers', '1', '--batch-size', '16', '--backbone', 'resnet-tiny'],
  ...['backbone.width=4', 'backbone.stem=imagenet', 'input.melBands=32', 'input.seconds=0.5'].flatMap(
    (setting) => ['--set', setting],
  ),
];
let folder: string;
let trained: Outcome;

/** Tones as WAV files, a folder a class, two of ten at another sample rate. */
async function tones(split: Split, length: number): Promise<Record<string, Uint8Array>> {
  const { labels, classNames, read } = createGeneratedTones({ split, length, sampleRate: 4000 });
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < length; index++) {
    const { data, sampleRate } = (await read(index)) as AudioSample;
    const rate = index % 10 < 2 ? 6000 : sampleRate;
    const name = `${split}/${classNames?.[labels?.[index] ?? 0]}/${index}.wav`;
    files[name] = encodeWav(resample(data, sampleRate, rate), rate);
  }
  return files;
}

beforeAll(async () => {
  folder = await scratchFolder();
  await writeFiles(join(folder, 'tones'), {
    ...(await tones('train', 60)),
    ...(await tones('test', 30)),
    'train/bell/broken.wav': 'RIFF',
  });
  const options = ['--method', 'byol', '--data', 'tones', '--out', 'run', '--epochs', '2', ...tiny];
  trained = await ssl(folder, ['train', ...options]);
});

describe('from recordings to a report', () => {
  it('trains on the files that can be read', async () => {
    expect(trained).toMatchObject({ status: 0 });
    expect(trained.stderr).toContain(
      'Warning: 1 of 61 recordings skipped: bell/broken.wav (not a WAV file: it does not start with RIFF and WAVE)',
    );
    expect(trained.stderr).toMatch(/Training byol on tones \(train\): 60 recordings at 32×51×1, resnet-tiny/);
    const config = JSON.parse(await readFile(join(folder, 'run', 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({
      dataset: { length: 60, samples: { modality: 'audio', sampleRate: 4000, seconds: 1 } },
      inputSpec: { segmentSamples: 2000, spectrogram: { melBands: 32, hop: 40 } },
      normalization: { mean: [expect.any(Number)], std: [expect.any(Number)] },
    });
  });

  it('evaluates beside baselines, and writes a report with sound', async () => {
    interface Evaluation {
      readonly results: Readonly<Record<'knn' | 'linear', { top1: number }>>;
      readonly baselines: Readonly<Record<'randomInit' | 'pixels', { linear: { top1: number } }>>;
      readonly protocol: { readonly baselines: { readonly pixels: string } };
    }
    const { results, baselines, protocol } = await sslJson<Evaluation>(folder, ['eval', 'run', ...wasm]);
    for (const { linear } of [results, baselines.randomInit]) {
      expect(linear.top1 >= 0 && linear.top1 <= 1).toBe(true);
    }
    // Two epochs of a network of 16 features say little; what needs no training does.
    expect(baselines.pixels.linear.top1).toBeGreaterThan(0.2);
    expect(protocol.baselines.pixels).toContain('log-mel spectrograms of whole recordings');

    const { sounds } = JSON.parse(await readFile(join(folder, 'run', 'previews.json'), 'utf8')) as {
      sounds: Record<string, string>;
    };
    const [sound = ''] = Object.values(sounds);
    const bytes = Buffer.from(sound.replace('data:audio/wav;base64,', ''), 'base64');
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    const report = await readFile(join(folder, 'run', 'report.html'), 'utf8');
    expect(report).toContain(sound);
    expect(report).toMatch(/class="tile[^"]* sound"\s+data-sound="\d+"/);
  });

  it('embeds recordings', async () => {
    const options = ['--data', 'tones', '--split', 'test', '--out', 'features.csv', ...wasm];
    expect(await ssl(folder, ['embed', 'run', ...options])).toMatchObject({ status: 0 });
    const lines = (await readFile(join(folder, 'features.csv'), 'utf8')).trim().split(/\r?\n/);
    expect(lines).toHaveLength(1 + 30);
    expect(lines[0]).toMatch(/^index,label,f0,.*,f15$/);
  });

  it('reconstructs spectrograms, and shows how', async () => {
    const options = ['--method', 'autoencoder', '--data', 'tones', '--out', 'auto', '--epochs', '1', ...tiny];
    const outcome = await ssl(folder, ['train', ...options, '--set', 'input.seconds=0.63']);
    expect(outcome).toMatchObject({ status: 0 });
    expect(await ssl(folder, ['eval', 'auto', '--protocols', 'knn', ...wasm])).toMatchObject({ status: 0 });
    const examples = JSON.parse(await readFile(join(folder, 'auto', 'examples.json'), 'utf8')) as object;
    expect(examples).toMatchObject({ rows: ['input', 'reconstruction', 'target'], height: 32, width: 64 });
  });
});

it('says in a line which methods cannot learn from recordings', async () => {
  const options = ['--method', 'rotation', '--data', 'tones', '--out', 'turned', '--epochs', '1', ...tiny];
  const { status, stderr } = await ssl(folder, ['train', ...options]);
  expect(status).not.toBe(0);
  expect(stderr.trim().split('\n').at(-1)).toBe(
    'ssl: rotation: predicts turns of images, and recordings cannot be turned; use another method',
  );
});
