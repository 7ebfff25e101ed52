import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashOf, pictures, scratchFolder, writeFiles } from './folders.ts';
import { ssl, sslJson, start } from './ssl.ts';

interface Evaluated {
  readonly results: { readonly prediction?: { readonly top1: number } };
}

const small: readonly string[] = [
  ...['--backend', 'wasm', '--threads', '1', '--workers', '1', '--image-size', '16', '--batch-size', '8'],
  ...['--set', 'backbone.name=resnet-tiny', '--set', 'backbone.width=2', '--set', 'logEverySteps=1'],
];

let folder: string;
let labels: readonly string[];

/** A flat folder of 40 pictures, of which 24 have a label. */
beforeAll(async () => {
  folder = await scratchFolder();
  const entries = Object.entries(await pictures(40)).map(([path, bytes]) => ({
    name: basename(path),
    className: path.split('/')[0] ?? '',
    bytes,
  }));
  labels = entries.slice(0, 24).map(({ name, className }) => `${name},${className}`);
  const files = entries.map(({ name, bytes }) => [join('photos', name), bytes] as const);
  await writeFiles(folder, {
    ...Object.fromEntries(files),
    'labels.csv': `path,class\n${labels.join('\n')}\n`,
    'unknown-file.csv': `${labels.join('\n')}\nnowhere.jpg,warm\n`,
    'no-class.csv': 'path,class\n0.jpg\n',
    'all.csv': `${entries.map(({ name, className }) => `${name},${className}`).join('\n')}\n`,
  });
});

const train = (...more: string[]): string[] => ['train', '--data', 'photos', ...small, ...more];

describe('labels from a file', () => {
  it('are learned beside a pretext task, and a run that is killed goes on with them bit for bit', async () => {
    const args = train('--method', 's4l', '--labels', 'labels.csv', '--epochs', '4');
    args.push('--set', 'pretext=rotation,autoencoder', '--set', 'pretextOptions.autoencoder.decoderWidth=4');
    args.push('--set', 'labelledBatchSize=5', '--set', 'checkpointEveryMinutes=0.0001');
    await sslJson(folder, [...args, '--out', 'unbroken']);
    const config = JSON.parse(await readFile(join(folder, 'unbroken', 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({
      labels: { path: join(folder, 'labels.csv') },
      dataset: { classNames: ['cold', 'warm'] },
      streams: [
        { name: 'pretext', from: 'all', batchSize: 8, length: 40 },
        { name: 'labelled', from: 'labelled', batchSize: 5, length: 24 },
      ],
    });

    const killed = start(folder, [...args, '--out', 'killed']);
    const log = join(folder, 'killed', 'metrics.jsonl');
    const lines = async (): Promise<number> =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').length;
    while (killed.process.exitCode === null && (await lines()) < 6) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    killed.process.kill('SIGKILL');
    expect(await killed.outcome).toMatchObject({ signal: 'SIGKILL' });

    await writeFile(join(folder, 'labels.csv'), `${labels.slice(1).join('\n')}\n`);
    const changed = await ssl(folder, ['train', '--resume', 'killed']);
    expect(changed).toMatchObject({ status: 2 });
    expect(changed.stderr).toMatch(
      /^ssl: --resume killed: the labels in .*labels\.csv are not those that the run began with/m,
    );
    await writeFile(join(folder, 'moved.csv'), `path,class\n${labels.join('\n')}\n`);
    expect(await ssl(folder, ['train', '--resume', 'killed', '--labels', 'moved.csv'])).toMatchObject({
      status: 0,
    });
    for (const file of ['weights.safetensors', 'trainer.safetensors']) {
      const of = (run: string): Promise<string> => hashOf(join(folder, run, 'checkpoints', 'last', file));
      expect(await of('killed')).toBe(await of('unbroken'));
    }
  });

  it('are told of in one line where they do not fit, and nothing is written', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ['--labels', 'unknown-file.csv'],
        /1 of 25 lines name samples that are not in photos \(train\), the first one "nowhere\.jpg"/,
      ],
      [
        ['--labels', 'no-class.csv'],
        /expected a sample and its class, path,class, in each line; got "0\.jpg"/,
      ],
      [['--labels', 'nowhere.csv'], /--labels nowhere\.csv: no such file/],
      [[], /learns from labels, and photos \(train\) has none; name them by --labels/],
      [
        ['--labels', 'all.csv', '--set', 'pretextFrom=unlabelled'],
        /s4l learns from unlabelled samples, and photos \(train\) has none/,
      ],
    ];
    for (const [more, message] of cases) {
      const { status, stderr } = await ssl(folder, train('--method', 's4l', '--out', 'refused', ...more));
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) as unknown });
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(existsSync(join(folder, 'refused'))).toBe(false);
    }
  });

  it('chosen by their number are enough for supervised training, whose accuracy is scored', async () => {
    const data = [
      '--data',
      'generated:shapes?length=120',
      '--method',
      'supervised',
      '--labels-per-class',
      '2',
    ];
    await sslJson(folder, ['train', ...small, ...data, '--epochs', '2', '--out', 'few']);
    const { results } = await sslJson<Evaluated>(folder, [
      'eval',
      'few',
      '--backend',
      'wasm',
      '--protocols',
      'knn',
    ]);
    expect(results.prediction?.top1).toBeGreaterThan(0);
    expect(results.prediction?.top1).toBeLessThan(1);
  });
});
