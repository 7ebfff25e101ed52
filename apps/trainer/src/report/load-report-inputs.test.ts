import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@ssl/errors';
import { writeSafetensors, type SafeTensor } from '@ssl/models';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadReportInputs } from './load-report-inputs.node.ts';

let run: string;

beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'ssl-report-'));
  await writeFile(join(run, 'config.json'), '{"method":"self-classifier"}');
});

afterEach(() => rm(run, { recursive: true }));

const tensors: ReadonlyMap<string, SafeTensor> = new Map<string, SafeTensor>([
  ['features', { dtype: 'F32', shape: [3, 2], data: new Float32Array(6) }],
  ['labels', { dtype: 'I32', shape: [3], data: Int32Array.of(1, 0, -1) }],
  ['predicted', { dtype: 'I32', shape: [3], data: Int32Array.of(0, 0, 1) }],
  ['confidence', { dtype: 'F32', shape: [3], data: Float32Array.of(0.5, 0.25, 1) }],
  ['map', { dtype: 'F32', shape: [3, 2], data: Float32Array.of(0, 1, 2, 3, 4, 5) }],
  ['neighbours', { dtype: 'I32', shape: [1, 3], data: Int32Array.of(2, 0, 1) }],
]);

const metadata = { classNames: '["cat","dog"]', atlasColumns: '2', tileSize: '8' };

async function writeEvaluation(changed: ReadonlyMap<string, SafeTensor> = tensors): Promise<void> {
  const picture = sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } });
  await writeFile(join(run, 'embeddings.safetensors'), writeSafetensors(changed, metadata));
  await writeFile(join(run, 'atlas.png'), await picture.png().toBuffer());
  await writeFile(join(run, 'eval.json'), '{"protocol":{"knn":"words"},"results":{"knn":{"top1":0.5}}}');
}

describe('loadReportInputs', () => {
  it('reads a run that has not been evaluated', async () => {
    const line = '{"step":1,"epoch":0.5,"samples":8,"loss":2,"learningRate":0.1}';
    await writeFile(join(run, 'metrics.jsonl'), `${line}\n{"step":2,"ep`);
    expect(await loadReportInputs(run)).toEqual({
      runFolder: run,
      config: { method: 'self-classifier' },
      metrics: [JSON.parse(line)],
    });
  });

  it('reads what evaluation wrote', async () => {
    await writeEvaluation();
    const { evaluation, embeddings, atlas } = await loadReportInputs(run);
    expect(evaluation).toEqual({
      protocol: { knn: 'words' },
      results: { knn: { top1: 0.5 } },
      baselines: {},
    });
    expect(embeddings).toEqual({
      ...{ count: 3, featureDim: 2, classNames: ['cat', 'dog'] },
      labels: Int32Array.of(1, 0, -1),
      predicted: Int32Array.of(0, 0, 1),
      confidence: Float32Array.of(0.5, 0.25, 1),
      map: Float32Array.of(0, 1, 2, 3, 4, 5),
      neighbours: { width: 3, rows: Int32Array.of(2, 0, 1) },
    });
    expect(atlas).toMatchObject({ columns: 2, tileSize: 8, capacity: 4 });
    expect(atlas?.dataUri).toMatch(/^data:image\/png;base64,iVBOR/);
  });

  it('reads embeddings without labels and predictions', async () => {
    await writeEvaluation(new Map([...tensors].filter(([name]) => name === 'features' || name === 'map')));
    const { embeddings } = await loadReportInputs(run);
    expect(embeddings).toMatchObject({ count: 3, labels: undefined, predicted: undefined });
  });

  it('refuses a folder that is no run', async () => {
    await rm(join(run, 'config.json'));
    await expect(loadReportInputs(run)).rejects.toThrow(UserError);
    await expect(loadReportInputs(join(run, 'nowhere'))).rejects.toThrow('no run folder');
  });

  it.each(['config.json', 'eval.json'])('refuses a damaged %s', async (name) => {
    await writeFile(join(run, name), '{"half');
    await expect(loadReportInputs(run)).rejects.toThrow(`${name} is damaged`);
  });

  it('refuses embeddings and pictures that do not fit', async () => {
    const short: SafeTensor = { dtype: 'I32', shape: [2], data: new Int32Array(2) };
    await writeEvaluation(new Map([...tensors, ['labels', short]]));
    await expect(loadReportInputs(run)).rejects.toThrow(
      /expected "labels" to hold 1 I32 for each of 3 images/,
    );
    await writeEvaluation();
    await writeFile(join(run, 'atlas.png'), 'no picture');
    await expect(loadReportInputs(run)).rejects.toThrow('atlas.png does not fit');
  });
});
