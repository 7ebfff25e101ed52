import { useBackend } from '@ssl/backend/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { getMethod, methodNames } from './registry.ts';
import { methodContract } from './testing.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

type Options = Readonly<Record<string, unknown>>;

/** For each method: options that make it small, and others that take its other paths. */
const trials: Readonly<Record<string, readonly Options[]>> = {
  'self-classifier': [
    { hiddenDim: 16 },
    { hiddenDim: 8, queueSize: 16, classes: [3, 3], hiddenLayers: 1, classifierScale: 'fixed' },
  ],
  sela: [
    { heads: 1, classes: 5, relabellings: 3 },
    {
      heads: 3,
      classes: 4,
      relabellings: 40,
      schedule: 'linear',
      relabelledHeads: 'in-turn',
      lambda: 10,
      hiddenDim: 6,
    },
    { heads: 1, classes: 5, equipartition: false },
  ],
  rotation: [{}, { angles: [0, 180], rotations: 'one', augmentation: 'crop-and-colour' }],
  byol: [
    { hiddenDim: 8, outDim: 4 },
    { hiddenDim: 8, outDim: 4, predictor: false, target: 'online' },
  ],
  autoencoder: [
    { decoderWidth: 4 },
    { decoderWidth: 4, corruption: 'none', decodeFrom: 'features', loss: 'l1' },
    { decoderWidth: 4, corruption: 'noise', loss: 'smooth-l1' },
  ],
  supervised: [{}, { labelSmoothing: 0.1 }],
};

describe.each(methodNames)('%s', (name) => {
  describe.each(trials[name] ?? [{}])('with %o', (options) => {
    for (const check of methodContract(getMethod(name), { options })) it(check.name, check.run);
  });

  it('has presets that its options accept', () => {
    const { options, presets = {} } = getMethod(name);
    for (const preset of Object.values(presets))
      expect(() => options.parse(preset.options ?? {})).not.toThrow();
  });
});

describe('getMethod', () => {
  it('says which names there are, and the nearest', () => {
    expect(() => getMethod('self-clasifier')).toThrow(
      'unknown method "self-clasifier": did you mean "self-classifier"?',
    );
  });
});
