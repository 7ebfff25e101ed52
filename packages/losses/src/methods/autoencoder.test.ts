import { applyRecipe, resolveAugmentation, type ImageSample, type InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, trialInput, tryMethod } from '../fixtures/method-trial.testing.ts';
import { peakSignalToNoise, reconstructionLoss } from '../losses/reconstruction-loss.ts';
import type { Views } from '../method.ts';
import { autoencoder } from './autoencoder.ts';

const normalization = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] };
const input: InputSpec = { ...trialInput(10), normalization };
const noise: ImageSample = {
  ...{ modality: 'image', height: 10, width: 10, channels: 3, range: [0, 255] },
  data: Uint8Array.from({ length: 300 }, (_, at) => createRandom(at).integer(256)),
};

function groupsOf(options: Record<string, unknown>): ReturnType<typeof applyRecipe> {
  const augmentation = resolveAugmentation('crop-and-flip', input, 'weak');
  const recipe = autoencoder.views(autoencoder.options.parse(options), { input, augmentation });
  return applyRecipe(noise, createRandom(2), { recipe, input });
}

function viewsFor(corruption: string, side = 10): Views {
  const images = (seed: number): tf.Tensor => tf.randomNormal([3, side, side, 3], 0, 1, 'float32', seed);
  const target = trialGroup(images(1), 1);
  return { groups: corruption === 'none' ? { target } : { input: trialGroup(images(2), 1), target } };
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('autoencoder', () => {
  it('spoils the input and spares the target, both from one crop', () => {
    const of = (options: Record<string, unknown>): (readonly [number, number])[] => {
      const { input: spoilt, target } = groupsOf(options);
      const clean = [...(target?.inputs[0]?.data ?? [])];
      expect(clean).toHaveLength(300);
      return [...(spoilt?.inputs[0]?.data ?? [])].map((value, at) => [value, clean[at] as number] as const);
    };
    const masked = of({ maskRatio: 0.5, maskPatchPixels: 5 });
    // Holes hold the mean, which normalisation makes 0, but for rounding.
    const isHole = ([value, clean]: readonly [number, number]): boolean =>
      Math.abs(value) < 1e-6 && value !== clean;
    expect(masked.filter(isHole)).toHaveLength(150);
    expect(masked.filter(([value, clean]) => value === clean)).toHaveLength(150);
    const noisy = of({ corruption: 'noise', noiseSigma: 0.1 });
    const deviation = Math.sqrt(
      noisy.reduce((sum, [value, clean]) => sum + (value - clean) ** 2, 0) / noisy.length,
    );
    expect(deviation).toBeGreaterThan(0.3);
    expect(deviation).toBeLessThan(0.5);
    expect(Object.keys(groupsOf({ corruption: 'none' }))).toEqual(['target']);
  });

  it('compares the reconstruction with the target, and counts the signal in pixels', () => {
    const { assess, dispose } = tryMethod(
      autoencoder,
      { decoderWidth: 3, loss: 'l1' },
      { side: 10, batchSize: 3 },
    );
    tf.tidy(() => {
      const views = viewsFor('mask');
      const { loss, outputs, metrics } = assess(views, { input });
      const { reconstruction } = outputs as unknown as Record<string, tf.Tensor4D>;
      const target = views.groups['target']?.inputs as tf.Tensor4D;
      expect(reconstruction?.shape).toEqual([3, 10, 10, 3]);
      const predicted = reconstruction as tf.Tensor4D;
      expect(loss.dataSync()).toEqual(reconstructionLoss(predicted, target, 'l1').dataSync());
      const scaled = (x: tf.Tensor): tf.Tensor4D => tf.mul(x, tf.tensor1d(normalization.std));
      const expected = peakSignalToNoise(scaled(predicted), scaled(target)).dataSync()[0] as number;
      expect(metrics['psnr']?.dataSync()[0]).toBeCloseTo(expected, 5);
    });
    dispose();
  });

  it.each([
    ['map', 'mask', ['input', 'reconstruction', 'target']],
    ['features', 'none', ['reconstruction', 'target']],
  ])(
    'decodes from the %s to images of the input’s size, and shows rows of them',
    (decodeFrom, corruption, names) => {
      const { state, at, dispose } = tryMethod(
        autoencoder,
        { decoderWidth: 3, decodeFrom, corruption },
        { side: 10, batchSize: 3 },
      );
      tf.tidy(() => {
        const rows = autoencoder.examples?.(state, viewsFor(corruption), at()) ?? [];
        expect(rows.map(({ name }) => name)).toEqual(names);
        for (const { inputs } of rows) expect(inputs.shape).toEqual([3, 10, 10, 3]);
      });
      dispose();
    },
  );
});
