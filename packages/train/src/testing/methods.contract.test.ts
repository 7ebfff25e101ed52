import type { ImageSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { getMethod, methodNames } from '@ssl/losses';
import { beforeAll, describe, expect, it } from 'vitest';
import { methodContract, type MethodContractSettings } from './method-contract.ts';
import { createNoiseDataset } from './noise-dataset.ts';

type Trial = Omit<MethodContractSettings, 'dataset'>;

const tinyViT = { name: 'vit-micro', dim: 8, depth: 2, heads: 2 };
const smallDinoHead = { hiddenDim: 16, bottleneckDim: 8, outDim: 32 };

/** For each method: options that make it small, and others that take its other paths. */
const trials: Readonly<Record<string, readonly Trial[]>> = {
  'self-classifier': [
    { options: { hiddenDim: 16 } },
    { options: { hiddenDim: 8, queueSize: 16, classes: [3, 3], hiddenLayers: 1, classifierScale: 'fixed' } },
  ],
  sela: [
    { options: { heads: 1, classes: 5, relabellings: 3 } },
    {
      options: {
        ...{ heads: 3, classes: 4, relabellings: 40, schedule: 'linear', relabelledHeads: 'in-turn' },
        ...{ lambda: 10, hiddenDim: 6 },
      },
    },
    { options: { heads: 1, classes: 5, equipartition: false } },
  ],
  rotation: [{}, { options: { angles: [0, 180], rotations: 'one' } }],
  byol: [
    { options: { hiddenDim: 8, outDim: 4 } },
    { options: { hiddenDim: 8, outDim: 4, predictor: false, target: 'online' } },
  ],
  autoencoder: [
    { options: { decoderWidth: 4 } },
    { options: { decoderWidth: 4, corruption: 'none', decodeFrom: 'features', loss: 'l1' } },
    { options: { decoderWidth: 4, corruption: 'noise', loss: 'smooth-l1' } },
  ],
  mae: [
    { backbone: tinyViT, options: { decoderDim: 8, decoderDepth: 1 } },
    {
      backbone: { ...tinyViT, positions: 'sincos', pool: 'class', dropPath: 0.5 },
      options: { decoderDim: 8, decoderDepth: 1, normalizePixels: false, maskRatio: 0.5 },
    },
  ],
  dino: [
    { options: smallDinoHead },
    {
      options: { ...smallDinoHead, localViews: 2, normLastLayer: false, batchNorm: true },
      config: { augmentation: 'dino' },
    },
    {
      backbone: tinyViT,
      options: { ...smallDinoHead, localViews: 2, freezeLastLayerEpochs: 0 },
      config: { augmentation: 'dino' },
    },
  ],
  // With labels for some samples: trainer/s4l.test.ts.
  s4l: [{ options: { pretext: ['byol'], pretextOptions: { byol: { hiddenDim: 8, outDim: 4 } } } }],
  supervised: [{}, { options: { labelSmoothing: 0.1 } }],
};

/** Methods that take square images only. */
const squareOnly: ReadonlySet<string> = new Set(['rotation']);

const rgb: ImageSpec = { height: 16, width: 16, channels: 3 };
const grey: ImageSpec = { height: 16, width: 16, channels: 1 };
const wide: ImageSpec = { height: 12, width: 20, channels: 3 };

/** Methods of other samples than images, each with a contract test of its own. */
const notOfImages: ReadonlySet<string> = new Set(['masked-tokens']);

function holds(name: string, trial: Trial, image: ImageSpec): void {
  const settings = { ...trial, dataset: createNoiseDataset(image, 64) };
  for (const check of methodContract(getMethod(name), settings)) it(check.name, check.run);
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe.each(methodNames.filter((name) => !notOfImages.has(name)))('%s', (name) => {
  const [first = {}, ...others] = trials[name] ?? [];

  it('has options here that make it small', () => expect(trials).toHaveProperty([name]));

  describe('on colour images', () => holds(name, first, rgb));
  describe('on grey images', () => holds(name, first, grey));
  describe.skipIf(squareOnly.has(name))(
    `on images that are no squares${squareOnly.has(name) ? ' (it turns them, and needs squares)' : ''}`,
    () => holds(name, first, wide),
  );
  for (const trial of others) {
    describe(`with ${JSON.stringify({ ...trial.backbone, ...trial.options })}`, () =>
      holds(name, trial, rgb));
  }
});
