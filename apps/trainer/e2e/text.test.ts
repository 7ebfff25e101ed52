import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder, writeFiles } from './folders.ts';
import { ssl, sslJson } from './ssl.ts';

const wasm = ['--backend', 'wasm', '--threads', '1'];
/** A network that takes a second. */
const small = [
  ...['--set', 'backbone.dim=16', '--set', 'backbone.depth=1', '--set', 'backbone.heads=2'],
  ...['--set', 'input.length=24', '--batch-size', '8', '--workers', '1', ...wasm],
];

interface Evaluation {
  readonly results: {
    readonly linear: { readonly top1: number } | null;
    readonly metrics: { readonly perplexity: number; readonly unigramPerplexity: number };
  };
  readonly baselines: Readonly<
    Record<'randomInit' | 'pixels', { readonly linear: { readonly top1: number } | null }>
  >;
  readonly protocol: { readonly baselines: { readonly pixels: string } };
}

let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  const lines = (of: string, count: number): string =>
    Array.from({ length: count }, (_, at) => `${of} number ${at}, with a few words`).join('\n');
  await writeFiles(folder, {
    'news/train/sport/articles.txt': lines('A match', 24),
    'news/train/world/articles.txt': lines('An election', 24),
    'news/test/sport/articles.txt': lines('Another match', 6),
    'news/test/world/articles.txt': lines('Another vote', 6),
  });
});

describe('from texts to a report', () => {
  it('trains on a folder of texts, evaluates, embeds and shows texts in place of pictures', async () => {
    const args = ['--method', 'masked-tokens', '--data', 'news', '--epochs', '2', '--out', 'run'];
    const trained = await ssl(folder, ['train', ...args, ...small]);
    expect(trained).toMatchObject({ status: 0 });
    expect(trained.stderr).toMatch(
      /Training masked-tokens on news \(train\): 48 texts at 24, text-transformer/,
    );
    const { results, protocol } = await sslJson<Evaluation>(folder, ['eval', 'run', ...wasm]);
    expect(results.linear?.top1).toBeGreaterThanOrEqual(0);
    expect(results.metrics.unigramPerplexity).toBeLessThan(40);
    expect(results.metrics.perplexity).toBeGreaterThan(1);
    expect(protocol.baselines.pixels).toMatch(/^counts of each byte among the first 24, /);
    const examples = JSON.parse(await readFile(join(folder, 'run', 'examples.json'), 'utf8')) as {
      rows: string[];
      texts: string[][];
    };
    expect(examples.rows).toEqual(['input', 'prediction', 'target']);
    expect(examples.texts.map(({ length }) => length)).toEqual([8, 8, 8]);
    expect(examples.texts[0]?.join('')).toContain('■');
    expect(examples.texts[2]?.join('')).not.toContain('■');
    const report = await readFile(join(folder, 'run', 'report.html'), 'utf8');
    expect(report).toContain('perplexity of the hidden tokens');
    expect(report).toContain('<ol class="example-texts">');
    const embedded = await ssl(folder, ['embed', 'run', '--data', 'news', '--out', 'f.csv', ...wasm]);
    expect(embedded.stdout).toContain('f.csv: 48 × 16 features of news (train).');
  });

  it.each([
    [
      'images',
      ['--method', 'masked-tokens', '--data', 'generated:shapes?length=64'],
      /masked-tokens learns from sequences/,
    ],
    [
      'texts',
      ['--method', 'rotation', '--data', 'news'],
      /rotation: predicts turns of images, and texts cannot be turned/,
    ],
    [
      'texts',
      ['--method', 'byol', '--data', 'news', '--batch-size', '8', '--backbone', 'resnet-tiny'],
      /resnet-tiny needs inputs/,
    ],
  ])('says in one line what does not go with %s: %j', async (_samples, args, message) => {
    const { status, stderr } = await ssl(folder, ['train', ...args, '--out', 'no', ...wasm]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('names file, line and byte of a text that is no UTF-8', async () => {
    await writeFiles(folder, { 'latin/a.txt': Uint8Array.of(97, 10, 0xe9, 10) });
    const { status, stderr } = await ssl(folder, [
      'train',
      '--data',
      'latin',
      '--method',
      'masked-tokens',
      ...wasm,
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^ssl: .*latin\/a\.txt: line 2 is not valid UTF-8 \(byte 0xe9 at offset 2 of the file\)/,
    );
  });
});

describe('masked-tokens on generated:sentences', () => {
  // On one thread of wasm: perplexity 6.12, without context 19.1; linear probe 89.1 %, of the random network 71.3 %.
  it('predicts hidden bytes by their context, and its features tell topics apart', async () => {
    const settings = ['backbone.dim=48', 'backbone.localDim=96', 'schedule.warmupEpochs=0'];
    const trained = await ssl(folder, [
      ...['train', '--method', 'masked-tokens', '--data', 'generated:sentences?length=1200', '--epochs', '3'],
      ...['--preset', 'text-small', '--out', 'sentences', ...wasm],
      ...settings.flatMap((setting) => ['--set', setting]),
    ]);
    expect(trained).toMatchObject({ status: 0 });
    const { results, baselines } = await sslJson<Evaluation>(folder, [
      ...['eval', 'sentences', '--protocols', 'linear', ...wasm],
    ]);
    expect(results.metrics.perplexity).toBeLessThan(0.42 * results.metrics.unigramPerplexity);
    expect(results.linear?.top1).toBeGreaterThan((baselines.randomInit.linear?.top1 ?? NaN) + 0.1);
  });
});
