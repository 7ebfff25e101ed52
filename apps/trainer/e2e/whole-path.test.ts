import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors } from '@ssl/models';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { pictures, scratchFolder, smallDataset, writeFiles } from './folders.ts';
import { ssl, sslJson, tiny, type Outcome } from './ssl.ts';

const wasm = ['--backend', 'wasm', '--threads', '1'];
let folder: string;
let data: string;
let trained: Outcome;

beforeAll(async () => {
  folder = await scratchFolder();
  data = await smallDataset(join(folder, 'cifar'), 256, 64);
  trained = await ssl(folder, ['train', '--data', data, '--epochs', '2', '--out', 'run', ...tiny]);
});

describe('from images to a report', () => {
  it('trains, and says what to do next', async () => {
    expect(trained).toMatchObject({ status: 0 });
    expect(trained.stdout).toMatch(/^Trained 2 epochs \(16 steps\) in .*; last loss \d/);
    expect(trained.stdout).toContain('Next: ssl eval run\n');
    expect(trained.stderr).toMatch(
      /Training self-classifier on .*: 256 images at 16×16×3, resnet-tiny \([\d,]+ parameters\)/,
    );
    expect((await readdir(join(folder, 'run'))).sort()).toEqual([
      'checkpoints',
      'config.json',
      'metrics.jsonl',
    ]);
    const config = JSON.parse(await readFile(join(folder, 'run', 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({
      method: 'self-classifier',
      methodOptions: { classes: [4, 10], hiddenDim: 16 },
      backbone: { name: 'resnet-tiny', width: 4 },
      dataset: { length: 256 },
      inputSpec: { modality: 'image', shape: [16, 16, 3], dtype: 'float32' },
      normalization: { mean: [expect.any(Number), expect.any(Number), expect.any(Number)] },
      recipe: { groups: {} },
      backend: { name: 'wasm' },
    });
  });

  it('evaluates beside baselines, and writes what a viewer draws', async () => {
    interface Evaluation {
      readonly results: Readonly<Record<'knn' | 'linear', { top1: number }>> & { cluster: { acc: number } };
      readonly baselines: Readonly<Record<'randomInit' | 'pixels', { knn: { top1: number } }>>;
      readonly protocol: { readonly knn: string; readonly data: { testImages: number } };
    }
    const evaluation = await sslJson<Evaluation>(folder, ['eval', 'run', ...wasm]);
    const stored = JSON.parse(await readFile(join(folder, 'run', 'eval.json'), 'utf8')) as Evaluation;
    expect(evaluation).toEqual({ run: 'run', ...stored });
    const shares = [
      evaluation.results.knn.top1,
      evaluation.results.linear.top1,
      evaluation.results.cluster.acc,
      evaluation.baselines.randomInit.knn.top1,
      evaluation.baselines.pixels.knn.top1,
    ];
    for (const share of shares) expect(share > 0 && share < 1).toBe(true);
    expect(evaluation.protocol.knn).toContain('k = 200');

    const images = evaluation.protocol.data.testImages;
    const path = join(folder, 'run', 'embeddings.safetensors');
    const { tensors, metadata } = readSafetensors(await readFile(path));
    expect(tensors.get('features')?.shape).toEqual([images, 16]);
    expect(tensors.get('map')?.shape).toEqual([images, 2]);
    for (const name of ['labels', 'predicted', 'confidence'])
      expect(tensors.get(name)?.shape).toEqual([images]);
    const queries = tensors.get('neighbours');
    expect(queries?.shape).toEqual([16, 9]);
    const atlas = await sharp(join(folder, 'run', 'atlas.png')).metadata();
    expect(atlas.width).toBe(Number(metadata['atlasColumns']) * Number(metadata['tileSize']));
  });

  it('scores only what is asked for, as a table', async () => {
    const { status, stdout } = await ssl(folder, ['eval', 'run', '--protocols', 'knn', ...wasm]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/kNN\n/);
    expect(stdout).not.toContain('linear');
    expect(stdout).toContain('random backbone');
    expect(stdout).toContain(`Report: ${join('run', 'report.html')}`);
  });

  it('writes a report that needs nothing else', async () => {
    expect(await sslJson(folder, ['report', 'run'])).toEqual({
      run: 'run',
      report: join('run', 'report.html'),
    });
    const html = await readFile(join(folder, 'run', 'report.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).not.toMatch(/(src|href)="https?:/);
  });

  it('embeds a folder of pictures in three formats', async () => {
    await writeFiles(join(folder, 'photos'), await pictures(20));
    for (const name of ['f.safetensors', 'f.npy', 'f.csv']) {
      const args = ['embed', 'run', '--data', 'photos', '--out', join('features', name), ...wasm];
      expect(await sslJson(folder, args)).toEqual({
        out: join('features', name),
        images: 20,
        dimensions: 16,
      });
    }
    const { tensors } = readSafetensors(await readFile(join(folder, 'features', 'f.safetensors')));
    const first = [...(tensors.get('features')?.data ?? [])].slice(0, 16).map(Number);
    const npy = await readFile(join(folder, 'features', 'f.npy'));
    expect(Array.from({ length: 16 }, (_, at) => npy.readFloatLE(128 + 4 * at))).toEqual(first);
    const [header, row] = (await readFile(join(folder, 'features', 'f.csv'), 'utf8')).split('\r\n');
    expect(header).toMatch(/^index,label,f0,f1,.*,f15$/);
    expect(
      row
        ?.split(',')
        .slice(2)
        .map((text) => Math.fround(Number(text))),
    ).toEqual(first);
  });

  it('classifies a user’s own pictures', async () => {
    await writeFiles(join(folder, 'own'), await pictures(2, 40));
    const paths = [join('own', 'warm', '0.jpg'), join('own', 'cold', '1.jpg')];
    interface Classified {
      readonly image: string;
      readonly class: number;
      readonly probability: number;
      readonly nearest: readonly { readonly similarity: number }[];
    }
    const classified = await sslJson<Classified[]>(folder, ['classify', 'run', ...paths, ...wasm]);
    expect(classified.map(({ image }) => image)).toEqual(paths);
    for (const { class: index, probability, nearest } of classified) {
      expect(index >= 0 && index < 4 && probability >= 0.25 && probability <= 1).toBe(true);
      expect(nearest).toHaveLength(3);
      expect(nearest[0]?.similarity).toBeGreaterThanOrEqual(nearest[2]?.similarity ?? 1);
    }
  });

  it('exports weights with what images need before them', async () => {
    await sslJson(folder, ['export', 'run', ...wasm]);
    const { tensors, metadata } = readSafetensors(await readFile(join(folder, 'run', 'model.safetensors')));
    expect(tensors.get('conv1.weight')?.shape).toEqual([4, 3, 3, 3]);
    expect(JSON.parse(metadata['preprocessing'] ?? '')).toMatchObject({ input: { shape: [16, 16, 3] } });
  });
});

describe('an autoencoder', () => {
  it('shows in its report what it makes of pictures', async () => {
    const train = ['train', '--method', 'autoencoder', '--data', data, '--epochs', '1', '--out', 'decoded'];
    const small = ['--batch-size', '32', '--image-size', '16', '--workers', '1', '--set', 'backbone.width=4'];
    await sslJson(folder, [...train, ...small, '--set', 'decoderWidth=4', ...wasm]);
    await sslJson(folder, ['eval', 'decoded', '--protocols', 'knn', ...wasm]);
    const { width, height } = await sharp(join(folder, 'decoded', 'examples.png')).metadata();
    expect([width, height]).toEqual([8 * 16, 3 * 16]);
    const page = await readFile(join(folder, 'decoded', 'report.html'), 'utf8');
    expect(page).toContain('3 rows of 8 pictures: input, reconstruction, target');
  });
});

describe('supervised training', () => {
  it('says that the network saw labels, and needs some', async () => {
    const train = ['train', '--method', 'supervised', '--epochs', '1', '--batch-size', '32', ...wasm];
    const small = ['--image-size', '16', '--workers', '1', '--set', 'backbone.width=4'];
    await sslJson(folder, [...train, '--data', data, '--out', 'labelled', ...small]);
    const evaluated = await sslJson<{ protocol: { data: { labels: string } } }>(folder, [
      ...['eval', 'labelled', '--protocols', 'knn', ...wasm],
    ]);
    expect(evaluated.protocol.data.labels).toMatch(/^the network was trained on those/);
    const flat = await pictures(40);
    const files = Object.entries(flat).map(([path, bytes]) => [path.replace('/', '-'), bytes] as const);
    await writeFiles(join(folder, 'unlabelled'), Object.fromEntries(files));
    const { status, stderr } = await ssl(folder, [...train, '--data', 'unlabelled', '--out', 'no', ...small]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        'ssl: supervised learns from labels, and unlabelled (train) has none; name them by --labels, use a data set with labels, or a method that needs none\n',
    });
  });
});

describe('pictures without labels', () => {
  it('are trained on and shown in classes, and the missing scores are named', async () => {
    const labelled = await pictures(60);
    const flat = Object.entries(labelled).map(([path, bytes]) => [path.replace('/', '-'), bytes] as const);
    await writeFiles(join(folder, 'flat'), Object.fromEntries(flat));
    const train = ['train', '--data', 'flat', '--epochs', '1', '--out', 'flat-run', ...tiny];
    expect(await ssl(folder, train)).toMatchObject({ status: 0 });
    const { status, stdout } = await ssl(folder, ['eval', 'flat-run', ...wasm]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/No labels, so nothing to score: \d of 4 classes are used/);
    const stored = JSON.parse(await readFile(join(folder, 'flat-run', 'eval.json'), 'utf8')) as object;
    expect(stored).toMatchObject({
      protocol: { knn: 'not scored: the data set has no labels' },
      results: { knn: null, linear: null, cluster: null, classUsage: { classes: 4 } },
    });
  });
});

describe('a folder with one broken picture', () => {
  it('is trained on without it, which is said once, with a count', async () => {
    const { 'warm/0.jpg': whole = new Uint8Array(), ...others } = await pictures(40);
    await writeFiles(join(folder, 'broken'), {
      ...others,
      'warm/0.jpg': whole.slice(0, whole.length / 2),
      'warm/text.png': 'no picture',
      'cold/nothing.jpg': '',
    });
    const args = ['train', '--data', 'broken', '--epochs', '1', '--out', 'broken-run', ...tiny];
    const { status, stderr } = await ssl(folder, args);
    expect(status).toBe(0);
    expect(stderr.match(/Warning: .*\b3\b.*/g)).toHaveLength(1);
    expect(stderr).toContain(': 39 images at');
  });
});

describe('what needs no run', () => {
  it('lists methods and their options', async () => {
    const listed = await ssl(folder, ['methods']);
    expect(listed).toMatchObject({ status: 0, stderr: '' });
    expect(listed.stdout).toMatch(/^self-classifier\n/);
    const shown = await ssl(folder, ['methods', 'self-classifier']);
    expect(shown.stdout).toMatch(/rowTemperature \(number; > 0; default 0\.1\)/);
    const training = await ssl(folder, ['methods', '--training']);
    expect(training.stdout).toMatch(/batchSize \(whole number; ≥ 1; default 256\)/);
    const [method] = await sslJson<{ name: string }[]>(folder, ['methods']);
    expect(method?.name).toBe('self-classifier');
  });

  it('tells what the machine offers', async () => {
    const { status, stdout, stderr } = await ssl(folder, ['doctor']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/✓ Node .*\n✓ Cores .*\n✓ Memory .*\n✓ Images .*sharp.*\n[^]*✓ Backend .*/);
    expect(await sslJson(folder, ['doctor'])).toMatchObject({
      backend: { name: expect.any(String) as string },
    });
  });

  it('prints help and version', async () => {
    for (const command of [
      'demo',
      'train',
      'eval',
      'report',
      'embed',
      'classify',
      'export',
      'methods',
      'doctor',
    ]) {
      const { status, stdout, stderr } = await ssl(folder, [command, '--help']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(`Usage: ssl ${command}`);
    }
    expect((await ssl(folder, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('takes options before the config file, and writes where that says', async () => {
    await mkdir(join(folder, 'configs'));
    await writeFile(
      join(folder, 'configs', 'a.yaml'),
      `data: ${JSON.stringify(data)}\nout: from-config\nepochs: 7\nseed: 3\nbackend: wasm\n`,
    );
    const args = ['train', '--config', join('configs', 'a.yaml'), '--epochs', '1', ...tiny];
    expect(await sslJson(folder, args)).toMatchObject({ run: 'from-config', outcome: 'done', epochs: 1 });
    const config = JSON.parse(await readFile(join(folder, 'from-config', 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ seed: 3, epochs: 1 });
  });
});
