import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ssl, sslJson } from './ssl.ts';

const small = ['--width', '2', '--batch-size', '4', '--image-size', '8', '--steps', '2'];

interface Result {
  readonly backend: string;
  readonly threads: number;
  readonly train: { readonly stepMs: Readonly<Record<'min' | 'median' | 'max', number>> };
}

describe('ssl bench', () => {
  it('measures one backend', async () => {
    const result = await sslJson<Result>(tmpdir(), [
      'bench',
      '--backend',
      'wasm',
      '--threads',
      '2',
      ...small,
    ]);
    const number = expect.any(Number) as number;
    const timing = { imagesPerSecond: number, stepMs: { min: number, median: number, max: number } };
    expect(result).toMatchObject({
      backend: 'wasm',
      threads: 2,
      backbone: 'resnet-tiny',
      width: 2,
      batchSize: 4,
      train: timing,
      inference: timing,
      peakMemoryMiB: number,
    });
    const { min, median, max } = result.train.stepMs;
    expect(0 < min && min <= median && median <= max).toBe(true);
  });

  it('measures every backend that is there, each in a process of its own', async () => {
    const results = await sslJson<Result[]>(tmpdir(), ['bench', ...small]);
    const names = results.map(({ backend }) => backend);
    expect(names.filter((name) => name !== 'tensorflow')).toEqual(['wasm', 'cpu']);
  });

  it('tells where the time goes', async () => {
    const args = ['bench', '--backend', 'wasm', '--threads', '1', '--profile', ...small];
    const { status, stdout } = await ssl(tmpdir(), args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^resnet-tiny of width 2, images of 8×8, medians\n/);
    expect(stdout).toMatch(/ms in a step\s+calls\s+kernel\s+shapes/);
    expect(stdout).toMatch(/In kernels: [\d.]+ ms a step/);
  });

  it.each([
    [['--backend', 'wsam'], /unknown backend "wsam": did you mean "wasm"/],
    [['--backend', 'wasm', '--backbone', 'resnet'], /unknown backbone "resnet"/],
    [['--steps', '0'], /--steps: expected a whole number of at least 1, got "0"/],
    [['--backend', 'wasm', '--image-size', '2'], /at least 4×4 pixels/],
  ])('refuses %s', async (args, line) => {
    const { status, stderr } = await ssl(tmpdir(), ['bench', ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
