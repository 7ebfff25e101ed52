import { useBackend } from '@ssl/backend/node';
import type { Dataset } from '@ssl/data';
import { getMethod } from '@ssl/losses';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMethodBench } from '../testing/method-bench.ts';
import { methodContract } from '../testing/method-contract.ts';
import { createNoiseDataset } from '../testing/noise-dataset.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

/** Noise of which two samples in three have no label. */
function partlyLabelled(): Dataset {
  const noise = createNoiseDataset({ height: 16, width: 16, channels: 3 }, 64);
  const labels = (noise.labels as Int32Array).map((label, index) => (index % 3 === 0 ? label : -1));
  return { ...noise, labels };
}

const trials: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['rotation', { labelledBatchSize: 4 }],
  [
    'two pretext methods on the samples without a label',
    {
      pretext: ['byol', 'autoencoder'],
      pretextOptions: { byol: { hiddenDim: 8, outDim: 4 }, autoencoder: { decoderWidth: 4 } },
      pretextWeights: { autoencoder: 0.5 },
      pretextFrom: 'unlabelled',
      labelledViews: 'augmented',
      labelledBatchSize: 6,
    },
  ],
  [
    'methods with memory, hooks and local views',
    {
      pretext: ['self-classifier', 'sela'],
      pretextOptions: {
        'self-classifier': { classes: [4], hiddenDim: 8, outDim: 4, queueSize: 8, classifierScale: 'fixed' },
        sela: { heads: 2, classes: 4, relabellings: 5, schedule: 'linear' },
      },
    },
  ],
];

describe.each(trials)('s4l with %s', (_, options) => {
  for (const check of methodContract(getMethod('s4l'), { options, dataset: partlyLabelled() })) {
    it(check.name, check.run);
  }
});

describe('a batch in more parts than its smallest stream has samples', () => {
  it('is cut into as many parts as that stream has samples, and has the same gradients', async () => {
    const bench = await createMethodBench(
      {
        ...{ method: getMethod('s4l'), dataset: partlyLabelled() },
        config: {
          ...{ epochs: 1, batchSize: 8, backbone: { name: 'resnet-tiny', width: 4 } },
          methodOptions: { labelledBatchSize: 3 },
        },
      },
      1,
    );
    const whole = await bench.differentiate(0, { training: false });
    const parts = await bench.differentiate(0, { training: false, microBatch: 1 });
    expect(parts.loss).toBeCloseTo(whole.loss, 4);
    for (const [name, gradient] of whole.gradients) {
      const scale = Math.max(1e-6, ...gradient.map(Math.abs));
      const other = parts.gradients.get(name) as Float32Array;
      for (const [at, value] of gradient.entries()) {
        expect(Math.abs(value - (other[at] as number)) / scale).toBeLessThan(2e-3);
      }
    }
    await bench.dispose();
  });
});
