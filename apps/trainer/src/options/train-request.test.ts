import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUserError } from '@ssl/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTrainRequest, type TrainOptions } from './train-request.node.ts';

const now = new Date('2026-01-31T12:05:01Z');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssl-request-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function configFile(text: string): Promise<string> {
  const path = join(folder, 'run.yaml');
  await writeFile(path, text);
  return path;
}

async function lineFor(options: TrainOptions): Promise<string> {
  const error = await resolveTrainRequest({ data: 'photos', ...options }, now).catch(
    (reason: unknown) => reason,
  );
  if (!isUserError(error)) throw new Error('expected a user’s mistake');
  return error.message;
}

describe('resolveTrainRequest', () => {
  it('lets options win over the config file, that over the preset, that over the defaults', async () => {
    const config = await configFile(
      'data: photos/cats\nepochs: 5\nbatchSize: 64\nmethodOptions:\n  outDim: 32\noptimizer:\n  momentum: 0.8\n',
    );
    const request = await resolveTrainRequest(
      {
        config,
        preset: 'cifar10-small',
        batchSize: 32,
        set: ['optimizer.learningRate=0.05', 'classes=10,20'],
      },
      now,
    );
    expect(request).toMatchObject({
      data: 'photos/cats',
      out: join('runs', 'self-classifier-cats-20260131-120501'),
      backend: 'auto',
      config: {
        method: 'self-classifier',
        epochs: 5,
        batchSize: 32,
        seed: 0,
        optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.8, weightDecay: 5e-4 },
        methodOptions: { classes: [10, 20], outDim: 32, hiddenDim: 512 },
      },
    });
    const one = await resolveTrainRequest({ data: 'a', set: ['classes=10', 'methodOptions.outDim=8'] }, now);
    expect(one.config.methodOptions).toMatchObject({ classes: [10], outDim: 8 });
    expect(request.sources.get('optimizer.learningRate')).toBe('--set optimizer.learningRate=0.05');
  });

  it('takes data, folder and backend from the file, too', async () => {
    const config = await configFile('data: a\nout: b\nbackend: cpu\nthreads: 1\npreset: cifar10-small\n');
    expect(await resolveTrainRequest({ config, out: 'c' }, now)).toMatchObject({
      data: 'a',
      out: 'c',
      backend: 'cpu',
      threads: 1,
      preset: 'cifar10-small',
    });
  });

  it.each<[TrainOptions, string]>([
    [{ method: 'self-clasifier' }, 'unknown method "self-clasifier": did you mean "self-classifier"?'],
    [{ backbone: 'resnet-tine' }, '--backbone: unknown backbone "resnet-tine": did you mean "resnet-tiny"?'],
    [{ preset: 'cifar-small' }, 'unknown preset "cifar-small": did you mean "cifar10-small"?'],
    [{ set: ['learningrate'] }, '--set learningrate: expected key=value'],
    [{ set: ['epoch=3'] }, '--set epoch=3: unknown setting "epoch": did you mean "epochs"?'],
    [{ set: ['clases=10'] }, '--set clases=10: unknown setting "clases": did you mean "classes"?'],
    [{ set: ['optimizer.learningrate=1'] }, 'did you mean "learningRate"?'],
    [
      { set: ['rowTemperature=-1'] },
      '--set rowTemperature=-1: methodOptions.rowTemperature: expected number to be >0',
    ],
    [{ config: '/nowhere.yaml' }, '--config /nowhere.yaml: there is no such file'],
  ])('refuses %j in one line', async (options, line) => {
    const message = await lineFor(options);
    expect(message).toContain(line);
    expect(message).not.toContain('\n');
  });

  it.each([
    [
      'epoch: 3',
      'unknown setting "epoch": did you mean "epochs"? (valid: method, data, range, dataKind, labels, init, out, preset, backend, threads,',
    ],
    ['methodOptions:\n  outDimm: 3', 'unknown setting of methodOptions "outDimm": did you mean "outDim"?'],
    ['epochs: many', 'epochs: expected number, got "many"'],
    ['data: 3', 'data: expected string, got 3'],
    ['threads: 0', 'threads: expected number to be >=1, got 0'],
  ])('names the config file for "%s"', async (text, line) => {
    const config = await configFile(text);
    expect(await lineFor({ config })).toContain(`--config ${config}: ${line}`);
  });

  it('asks for data', async () => {
    await expect(resolveTrainRequest({}, now)).rejects.toThrow('--data is missing');
  });
});
