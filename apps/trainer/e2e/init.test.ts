import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors, type SafeTensor } from '@ssl/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder, smallDataset, writeFiles } from './folders.ts';
import { ssl, sslJson, tiny } from './ssl.ts';

let folder: string;
let data: string;

/** Without a step that changes it: what `--init` gave is what the checkpoint holds. */
const still: readonly string[] = ['--set', 'optimizer.learningRate=1e-30'];

beforeAll(async () => {
  folder = await scratchFolder();
  data = await smallDataset(join(folder, 'cifar'), 64, 32);
  await sslJson(folder, ['train', '--data', data, '--epochs', '1', ...tiny, '--out', 'first']);
  await sslJson(folder, ['export', 'first', '--backend', 'wasm', '--out', 'first.safetensors']);
  await writeFiles(folder, { 'no-weights.safetensors': new Uint8Array(4) });
});

/** The backbone's tensors of a weight file: all of them, or those that are trained. */
async function backboneOf(path: string, which = /./): Promise<Map<string, SafeTensor>> {
  const { tensors } = readSafetensors(await readFile(join(folder, path)));
  const own = [...tensors].filter(([name]) => /^(conv1|bn1|layer)/.test(name) && which.test(name));
  expect(own.length).toBeGreaterThan(10);
  return new Map(own);
}

const trained = /\.(weight|bias)$/;

const rotation = (...more: string[]): string[] => [
  ...['train', '--method', 'rotation', '--data', data, '--epochs', '1', '--backend', 'wasm'],
  ...['--threads', '1', '--workers', '1', '--batch-size', '32', '--image-size', '16', ...still, ...more],
];

describe('--init', () => {
  it.each([
    ['a run, whose network and normalisation it takes over', 'first'],
    ['a file that was exported', 'first.safetensors'],
  ])('starts the backbone from %s', async (_, init) => {
    const out = `from-${init}`;
    const own = init === 'first' ? [] : ['--set', 'backbone.width=4'];
    const { status, stderr } = await ssl(folder, rotation('--init', init, '--out', out, ...own));
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain(`The backbone starts from ${init}`);
    const weights = join(out, 'checkpoints', 'last', 'weights.safetensors');
    expect(await backboneOf(weights, trained)).toEqual(await backboneOf('first.safetensors', trained));
    const config = JSON.parse(await readFile(join(folder, out, 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ init: { path: join(folder, init) }, backbone: { width: 4 } });
  });

  it('takes names as torchvision has them, and says what it left out', async () => {
    const tensors = await backboneOf('first.safetensors');
    tensors.set('fc.weight', { dtype: 'F32', shape: [2], data: new Float32Array(2) });
    await writeFiles(folder, { 'torch.safetensors': writeSafetensors(tensors) });
    const args = rotation('--init', 'torch.safetensors', '--out', 'torch', '--set', 'backbone.width=4');
    const { status, stderr } = await ssl(folder, args);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain('The backbone starts from torch.safetensors; left out: fc.weight (1 tensor).');
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'another width',
      ['--init', 'first.safetensors', '--set', 'backbone.width=8'],
      /^ssl: --init first\.safetensors: the weights do not fit the backbone resnet-tiny: tensor "conv1\.weight" is \[4,3,3,3\], the model needs \[8,3,3,3\]; (tensor [^;]*; ){2}and \d+ more$/,
    ],
    [
      'another network',
      ['--init', 'first', '--set', 'backbone.name=vit-micro'],
      /^ssl: --init first: the weights do not fit the backbone vit-micro: no tensor "cls_token", which the model needs; /,
    ],
    ['nothing', ['--init', 'nowhere'], /^ssl: --init nowhere: no such file or run folder$/],
    ['a folder that is no run', ['--init', '.'], /is no run: it has no config\.json$/],
    [
      'a file that holds no weights',
      ['--init', 'no-weights.safetensors'],
      /^ssl: --init no-weights\.safetensors: .*truncated/,
    ],
  ])('refuses %s in one line, and writes nothing', async (_, options, message) => {
    const { status, stderr } = await ssl(folder, rotation('--out', 'refused', ...options));
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.any(String) as unknown });
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});
