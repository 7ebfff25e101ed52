import { useBackend } from '@ssl/backend/node';
import type { Dataset } from '@ssl/data';
import { getMethod } from '@ssl/losses';
import { beforeAll, describe, it } from 'vitest';
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
