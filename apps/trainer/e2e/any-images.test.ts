import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@ssl/backend/node';
import { openDataset } from '@ssl/data/node';
import { getMethod, methodNames } from '@ssl/losses';
import { readSafetensors } from '@ssl/models';
import { createTrainer, type TrainConfigInput } from '@ssl/train';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder, writeFiles } from './folders.ts';
import { deepPng, deepPngs, idxFiles, labelFile, npyFile, stripes } from './image-sets.ts';
import { ssl, sslJson } from './ssl.ts';

const count = 32;
let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  await writeFiles(join(folder, 'grey8'), idxFiles(count));
  await writeFiles(join(folder, 'grey16'), await deepPngs(count, 12, 12));
  await writeFiles(join(folder, 'wide'), await deepPngs(count, 20, 12));
  await writeFiles(folder, {
    'five/x_train.npy': npyFile(
      '<u2',
      [count, 12, 12, 5],
      Uint16Array.from(stripes(count, 720), (value) => value * 4095),
    ),
    'five/y_train.npy': labelFile(count),
    'floats/images.npy': npyFile('<f4', [count, 12, 12], stripes(count, 144)),
    'floats/labels.npy': labelFile(count),
    'table/rows.npy': npyFile('<f4', [count, 9], stripes(count, 9)),
    'table/labels.npy': labelFile(count),
    'bright.npy': npyFile(
      '<u2',
      [12, 20],
      Uint16Array.from(stripes(1, 240), (value) => value * 4095),
    ),
  });
});

/** Methods that learn from what images do not have. */
const ofOtherSamples = ['masked-tokens'];
const patches = { name: 'vit-tiny', patchSize: 4, dim: 16, depth: 1, heads: 2 };

/** Small enough for a step in a few milliseconds. */
const small: Readonly<Record<string, Partial<TrainConfigInput>>> = {
  mae: { backbone: patches, methodOptions: { decoderDim: 16, decoderDepth: 1, decoderHeads: 2 } },
  'self-classifier': { methodOptions: { classes: [3], hiddenDim: 16, outDim: 8 } },
  sela: { methodOptions: { heads: 2, classes: 4, relabellings: 2 } },
  byol: { methodOptions: { hiddenDim: 16, outDim: 8 } },
  autoencoder: { methodOptions: { decoderWidth: 4 } },
};

const kinds: readonly (readonly [string, string, readonly number[]])[] = [
  ['grey images of 8 bits (IDX)', 'grey8', [12, 12, 1]],
  ['grey images of 16 bits (PNG)', 'grey16', [12, 12, 1]],
  ['images of five channels and 16 bits (NPY)', 'five', [12, 12, 5]],
  ['grey images of float32 (NPY)', 'floats/images.npy', [12, 12, 1]],
];

describe.each(methodNames.filter((name) => !ofOtherSamples.includes(name)))('%s', (name) => {
  it.each(kinds)('learns from %s', async (_, data, shape) => {
    await useBackend('wasm', { threads: 1 });
    const dataset = await openDataset(join(folder, data));
    const trainer = await createTrainer({
      ...{ method: getMethod(name), dataset },
      config: { epochs: 1, batchSize: 8, backbone: { name: 'resnet-tiny', width: 4 }, ...small[name] },
    });
    try {
      expect(trainer.input.shape).toEqual(shape);
      const { loss, step } = await trainer.run();
      expect(step).toBe(4);
      expect(Number.isFinite(loss)).toBe(true);
    } finally {
      trainer.dispose();
      await dataset.close();
    }
  });
});

const wasm = ['--backend', 'wasm', '--threads', '1'];
const tiny = [
  ...[...wasm, '--workers', '1', '--batch-size', '16', '--epochs', '1', '--set', 'backbone.width=4'],
  ...['--set', 'hiddenDim=16', '--set', 'outDim=8', '--set', 'classes=3'],
];

interface RunConfig {
  readonly dataset: {
    readonly source: { readonly range?: readonly number[] };
    readonly samples: { readonly range?: readonly number[] };
  };
  readonly inputSpec: { readonly shape: readonly number[] };
}

async function configOf(run: string): Promise<RunConfig> {
  return JSON.parse(await readFile(join(folder, run, 'config.json'), 'utf8')) as RunConfig;
}

describe('images of 12 bits in 16, of 20×12 pixels', () => {
  beforeAll(async () => {
    const trained = await ssl(folder, [
      'train',
      '--data',
      'wide',
      '--out',
      'run',
      '--image-size',
      '10x16',
      ...tiny,
    ]);
    expect(trained).toMatchObject({ status: 0 });
    expect(trained.stderr).toMatch(
      /^Values from \d+ to 3\d\d\d count as 0 to 1 \(measured on the images; --range LOW,HIGH sets others\)\.$/m,
    );
    expect(trained.stderr).toContain('32 images at 10×16×1');
  });

  it('keeps the range in the run', async () => {
    const { dataset, inputSpec } = await configOf('run');
    expect(inputSpec.shape).toEqual([10, 16, 1]);
    expect(dataset.samples.range?.[1]).toBeGreaterThan(3000);
    expect(dataset.source.range).toEqual(dataset.samples.range);
  });

  it('evaluates them, with thumbnails that are not dark', async () => {
    const evaluation = await sslJson<{ results: { linear: object } }>(folder, ['eval', 'run', ...wasm]);
    expect(evaluation.results.linear).toMatchObject({ top1: expect.any(Number) });
    const { channels } = await sharp(join(folder, 'run', 'atlas.png')).stats();
    expect(channels[0]?.max).toBeGreaterThan(200);
    expect(await readFile(join(folder, 'run', 'report.html'), 'utf8')).toContain('data:image/png');
  });

  it('embeds other images by the range of the run, whatever they span themselves', async () => {
    const bright = stripes(1, 240);
    const dark = await deepPng(
      bright.map((value) => value / 2),
      20,
      12,
      4095,
    );
    const both = { 'both/1.png': dark, 'both/2.png': await deepPng(bright, 20, 12, 4095) };
    await writeFiles(folder, { 'dark/1.png': dark, ...both });
    const rows: number[][] = [];
    for (const data of ['dark', 'both']) {
      await sslJson(folder, ['embed', 'run', '--data', data, '--out', `${data}.safetensors`, ...wasm]);
      const { tensors } = readSafetensors(await readFile(join(folder, `${data}.safetensors`)));
      rows.push(Array.from(tensors.get('features')?.data ?? [], Number).slice(0, 16));
    }
    const [alone, beside] = rows as [number[], number[]];
    for (const [at, value] of alone.entries()) expect(value).toBeCloseTo(beside[at] ?? NaN, 4);
  });

  it('classifies a picture and an array by the range of the run, alike', async () => {
    await writeFiles(folder, { 'bright.png': await deepPng(stripes(1, 240), 20, 12, 4095) });
    const [png, npy] = await sslJson<{ class: number; probability: number }[]>(folder, [
      ...['classify', 'run', 'bright.png', 'bright.npy', '--neighbours', '0'],
      ...wasm,
    ]);
    expect(png?.class).toBe(npy?.class);
    // The array is rounded down, the picture to the nearest.
    expect(png?.probability).toBeCloseTo(npy?.probability ?? 0, 2);
  });

  it('goes on with the same range only', async () => {
    const { status, stderr } = await ssl(folder, ['train', '--resume', 'run', '--range', '0,4095']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/range is \d+,3\d+ in this run, and cannot become 0,4095/);
  });

  it('takes a range that is given', async () => {
    const args = ['train', '--data', 'wide', '--range', '0,65535', '--out', 'given', ...tiny];
    const { status, stderr } = await ssl(folder, args);
    expect({ status }).toEqual({ status: 0 });
    expect(stderr).toContain('Values from 0 to 65535 count as 0 to 1 (by --range).');
    expect((await configOf('given')).dataset.source.range).toEqual([0, 65535]);
  });
});

describe.each(['byol', 'supervised', 'sela', 'autoencoder'])('%s', (method) => {
  it('learns from images that are not square', async () => {
    const dataset = await openDataset(join(folder, 'wide'));
    const trainer = await createTrainer({
      ...{ method: getMethod(method), dataset },
      config: {
        ...{ epochs: 1, batchSize: 8, input: { size: [10, 16] } },
        ...{ backbone: { name: 'resnet-tiny', width: 4 }, ...small[method] },
      },
    });
    const { loss } = await trainer.run();
    expect(Number.isFinite(loss)).toBe(true);
    trainer.dispose();
  });
});

it('trains on a table of numbers', async () => {
  const run = ['train', '--method', 'byol', '--data', 'table/rows.npy', '--out', 'rows', ...wasm];
  const { status, stderr } = await ssl(folder, [
    ...[...run, '--workers', '1', '--batch-size', '16', '--epochs', '1'],
    ...['--set', 'hiddenDim=16', '--set', 'outDim=8', '--set', 'backbone.width=8'],
  ]);
  expect({ status }).toEqual({ status: 0 });
  expect(stderr).toContain('32 arrays at 9, mlp');
});
