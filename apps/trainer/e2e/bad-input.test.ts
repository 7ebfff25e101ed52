import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pictures, scratchFolder, writeFiles } from './folders.ts';
import { deepPng, labelFile, npyFile, stripes } from './image-sets.ts';
import { ssl, tiny } from './ssl.ts';

let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  const good = await pictures(40);
  const { 'warm/0.jpg': whole = new Uint8Array(), ...others } = good;
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'run-without-config'));
  await writeFiles(folder, {
    'papers/a.pdf': 'no picture',
    'cifar/data_batch_1.bin': new Uint8Array(3073 * 40 - 1),
    'taken/file.txt': 'something',
    'file.txt': 'something',
    'typo.yaml': 'epochs: 2\nbatchsize: 8\n',
    'bad.yaml': 'epochs: 2\noptimizer: {name: sgd\n',
    'bad.json': '{\n  "epochs": 2,\n  "seed": }\n',
    'damaged-run/config.json': '{"method": ',
  });
  const floats = Float32Array.from({ length: 40 * 16 }, (_, at) => at);
  await writeFiles(folder, {
    'numbers/images.npy': npyFile('<f4', [640], floats),
    'holes/images.npy': npyFile('<f4', [40, 4, 4], floats.with(17, NaN)),
    'objects/images.npy': npyFile('|O', [40, 16], new Uint8Array(40 * 16 * 8)),
    'labelled/images.npy': npyFile('<f4', [40, 4, 4], floats),
    'labelled/labels.npy': labelFile(39),
    'twelve-bits/images.npy': npyFile('<u2', [40, 4, 4], Uint16Array.from(floats)),
    'wide/images.npy': npyFile(
      '|u1',
      [40, 8, 12],
      new Uint8Array(40 * 96).map((_, at) => at),
    ),
    'cut.tif': Uint8Array.of(0x49, 0x49, 42, 0, 200, 0, 0, 0),
  });
  await writeFiles(join(folder, 'mixed'), {
    ...good,
    'warm/deep.png': await deepPng(stripes(1, 256), 16, 16, 65535),
  });
  await writeFiles(join(folder, 'good'), good);
  await writeFiles(join(folder, 'few'), await pictures(4));
  await writeFiles(join(folder, 'truncated'), { ...others, 'warm/0.jpg': whole.slice(0, whole.length / 2) });
  await writeFiles(join(folder, 'text-as-png'), { ...others, 'warm/0.png': 'no picture' });
  await writeFiles(join(folder, 'zero-bytes'), { ...others, 'warm/0.png': '' });
});

const train = (data: string, ...more: string[]): string[] => [
  'train',
  '--data',
  data,
  '--out',
  'out',
  ...tiny,
  ...more,
];

/** What is wrong, the arguments, and what the one line must say. */
const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no data', ['train', ...tiny], /--data is missing/],
  ['a missing path', train('nowhere'), /nowhere: no such file or folder/],
  ['an empty folder', train('empty'), /empty.*(no image|holds no|empty)/],
  ['a folder with no image', train('papers'), /papers.*no image/],
  [
    'a truncated JPEG, strictly',
    train('truncated', '--strict'),
    /0\.jpg.*truncated|truncated.*0\.jpg|0\.jpg/,
  ],
  ['a text file named .png, strictly', train('text-as-png', '--strict'), /0\.png/],
  ['a file of 0 bytes, strictly', train('zero-bytes', '--strict'), /0\.png.*empty|empty.*0\.png/],
  ['a CIFAR file of wrong length', train('cifar'), /data_batch_1\.bin.*122919 bytes/],
  [
    'an array of single numbers',
    train('numbers/images.npy'),
    /images\.npy: expected images .*, or arrays .*, got float32 \[640\]/,
  ],
  [
    'an array with NaN',
    train('holes/images.npy'),
    /images\.npy, image 1: expected finite numbers, got NaN at row 0/,
  ],
  ['an array of objects', train('objects/images.npy'), /images\.npy: dtype object is not read/],
  [
    'labels of another length',
    train('labelled/images.npy'),
    /labels\.npy: expected 40 labels, one a sample, got 39/,
  ],
  ['a damaged TIFF', train('cut.tif'), /cannot decode cut\.tif: the file is truncated/],
  [
    'images of different depths',
    train('mixed'),
    /mixed: expected images of one type .*\(uint8 with 3 channels\) and warm\/deep\.png \(uint16 with 1 channel\)/,
  ],
  [
    'a range that is turned round',
    train('twelve-bits/images.npy', '--range', '4095,0'),
    /--range: expected LOW below HIGH, got 4095,0: did you mean 0,4095\?/,
  ],
  [
    'a range of one number',
    train('twelve-bits/images.npy', '--range', '4095'),
    /--range: expected two numbers LOW,HIGH/,
  ],
  ['a range for images of 8 bits', train('good', '--range', '0,100'), /--range: good \(train\) needs none/],
  [
    'rotation of images that are not square',
    [
      ...['train', '--method', 'rotation', '--data', 'wide/images.npy', '--out', 'out', '--batch-size', '8'],
      ...['--backend', 'wasm', '--threads', '1'],
    ],
    /rotation: turns square images, 8×12 is none; set a square input size, e\.g\. --image-size 8/,
  ],
  ['fewer images than a batch', train('few'), /4 samples, fewer than a batch of 32/],
  ['an unknown method', train('good', '--method', 'self-clasifier'), /did you mean "self-classifier"/],
  ['an unknown backbone', train('good', '--backbone', 'resnet-tine'), /did you mean "resnet-tiny"/],
  ['an unknown backend', train('good', '--backend', 'wsam'), /unknown backend "wsam": did you mean "wasm"/],
  ['an unknown preset', train('good', '--preset', 'cifar-small'), /did you mean "cifar10-small"/],
  [
    'an unknown option',
    train('good', '--epoch', '3'),
    /unknown option '--epoch' \(Did you mean --epochs\?\)/,
  ],
  ['an unknown command', ['trian'], /unknown command 'trian' \(Did you mean train\?\)/],
  ['an unknown setting', train('good', '--set', 'epoch=3'), /did you mean "epochs"/],
  ['a setting without a value', train('good', '--set', 'epochs'), /expected key=value/],
  ['an unknown protocol', ['eval', 'good', '--protocols', 'kn'], /unknown protocol "kn": did you mean "knn"/],
  [
    'a negative number',
    train('good', '--epochs', '-3'),
    /--epochs: expected a whole number of at least 1, got "-3"/,
  ],
  ['no number', train('good', '--batch-size', 'many'), /--batch-size: expected a whole number/],
  ['a fraction of an epoch', train('good', '--epochs', '1.5'), /--epochs: expected a whole number/],
  [
    'a number out of range',
    train('good', '--set', 'optimizer.learningRate=-1'),
    /learningRate: expected number to be >0, got -1/,
  ],
  [
    'a misspelt key in a config file',
    train('good', '--config', 'typo.yaml'),
    /typo\.yaml: unknown setting "batchsize": did you mean "batchSize"\? \(valid: .*epochs/,
  ],
  ['invalid YAML', train('good', '--config', 'bad.yaml'), /bad\.yaml: line 3, column 1: invalid YAML/],
  ['invalid JSON', train('good', '--config', 'bad.json'), /bad\.json: line 3, column 11: invalid JSON/],
  ['a missing config file', train('good', '--config', 'none.json'), /none\.json: there is no such file/],
  ['a folder that is not empty', train('good', '--out', 'taken'), /taken exists and is not empty/],
  ['a file where the folder is to be', train('good', '--out', 'file.txt'), /file\.txt is a file/],
  ['resuming from nowhere', ['train', '--resume', 'nowhere'], /nowhere: no such folder/],
  [
    'resuming from what is no run',
    ['train', '--resume', 'run-without-config'],
    /is no run: it has no config\.json/,
  ],
  ['resuming from a damaged run', ['train', '--resume', 'damaged-run'], /config\.json is damaged/],
  ['evaluating what is no run', ['eval', 'good'], /good is no run/],
  ['a report of what is no run', ['report', 'good'], /good is no run/],
  ['embedding without a place to write', ['embed', 'good', '--data', 'good'], /'--out <file>' not specified/],
  [
    'embedding into an unknown format',
    ['embed', 'good', '--data', 'good', '--out', 'a.txt'],
    /ends in \.safetensors, \.npy, \.csv/,
  ],
  ['classifying a missing picture', ['classify', 'good', 'nowhere.jpg'], /nowhere\.jpg: no such file/],
  ['classifying what is no picture', ['classify', 'good', 'file.txt'], /file\.txt/],
  ['images too small for the backbone', train('good', '--image-size', '2'), /at least 4×4 pixels/],
];

describe('bad input', () => {
  it.each(cases)('%s: one line, status 2, nothing written', async (_, args, line) => {
    const before = await readdir(folder, { recursive: true });
    const { status, stdout, stderr } = await ssl(folder, args);
    expect({ status, stdout, lines: stderr.split('\n').length - 1 }).toEqual({
      status: 2,
      stdout: '',
      lines: 1,
    });
    expect(stderr).toMatch(line);
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it('leaves standard output empty with --json, too', async () => {
    const { status, stdout, stderr } = await ssl(folder, train('nowhere', '--json'));
    expect({ status, stdout, lines: stderr.split('\n').length - 1 }).toEqual({
      status: 2,
      stdout: '',
      lines: 1,
    });
  });
});
