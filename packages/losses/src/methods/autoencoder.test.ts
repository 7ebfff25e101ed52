import { applyRecipe } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeTrees } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Views } from '../method.ts';
import { autoencoder, type AutoencoderState } from './autoencoder.ts';

const image = { height: 10, width: 10, channels: 3 };

function stateWith(options: Record<string, unknown>): AutoencoderState {
  const random = createRandom(0);
  const backbone = createBackbone('resnet-tiny', { random, image, width: 2 });
  const context = {
    ...{ random, backbone, image, batchSize: 3, totalEpochs: 1, totalSteps: 1 },
    dataset: { length: 8 },
  };
  return autoencoder.init(context, autoencoder.options.parse({ decoderWidth: 3, ...options }));
}

function groupsOf(options: Record<string, unknown>): ReturnType<typeof applyRecipe> {
  const recipe = autoencoder.views(autoencoder.options.parse(options), image);
  const data = Uint8Array.from({ length: 300 }, (_, at) => createRandom(at).integer(256));
  return applyRecipe({ ...image, data }, recipe, createRandom(2));
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('autoencoder', () => {
  it('spoils the input and spares the target, both from one crop', () => {
    const of = (options: Record<string, unknown>): (readonly [number, number])[] => {
      const { input, target } = groupsOf(options);
      const clean = [...(target?.images[0]?.data ?? [])];
      return [...(input?.images[0]?.data ?? [])].map((value, at) => [value, clean[at] as number] as const);
    };
    const masked = of({ maskRatio: 0.5, maskPatchPixels: 5 });
    expect(masked.filter(([value, clean]) => value === 0 && value !== clean)).toHaveLength(150);
    expect(masked.filter(([value, clean]) => value === clean)).toHaveLength(150);
    const noisy = of({ corruption: 'noise', noiseSigma: 0.1 });
    const deviation = Math.sqrt(
      noisy.reduce((sum, [value, clean]) => sum + (value - clean) ** 2, 0) / noisy.length,
    );
    expect(deviation).toBeGreaterThan(0.3);
    expect(deviation).toBeLessThan(0.5);
    expect(Object.keys(groupsOf({ corruption: 'none' }))).toEqual(['target']);
  });

  it.each([
    ['map', 'mask', ['input', 'reconstruction', 'target']],
    ['features', 'none', ['reconstruction', 'target']],
  ])(
    'decodes from the %s to images of the input’s size, and shows rows of them',
    (decodeFrom, corruption, names) => {
      const state = stateWith({ decodeFrom, corruption });
      tf.tidy(() => {
        const group = { count: 1, images: tf.randomNormal<tf.Rank.R4>([3, 10, 10, 3]) };
        const views: Views = {
          batchSize: 3,
          indices: Int32Array.of(0, 1, 2),
          groups: corruption === 'none' ? { target: group } : { input: group, target: group },
        };
        const rows = autoencoder.examples?.(state, views) ?? [];
        expect(rows.map(({ name }) => name)).toEqual(names);
        for (const { images } of rows) expect(images.shape).toEqual([3, 10, 10, 3]);
      });
      disposeTrees(state.trainable, state.buffers);
    },
  );
});
