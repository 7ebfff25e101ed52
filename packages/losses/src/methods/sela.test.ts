import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeTrees } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StepContext, Views } from '../method.ts';
import { sela, type SelaState } from './sela.ts';

const image = { height: 8, width: 8, channels: 3 };
const samples = 40;

function stateWith(options: Record<string, unknown> = {}): SelaState {
  const random = createRandom(0);
  const backbone = createBackbone('resnet-tiny', { random, image, width: 2 });
  const context = {
    ...{ random, backbone, image, batchSize: 4, totalEpochs: 2, totalSteps: 20 },
    dataset: { length: samples },
  };
  return sela.init(context, sela.options.parse({ heads: 2, classes: 4, relabellings: 3, ...options }));
}

/** Images of noise, in two batches. */
async function* sweep(): ReturnType<StepContext['sweep']> {
  for (const start of [0, samples / 2]) {
    const images = tf.randomNormal<tf.Rank.R4>([samples / 2, 8, 8, 3], 0, 1, 'float32', start + 1);
    yield { indices: Int32Array.from({ length: samples / 2 }, (_, place) => start + place), images };
    images.dispose();
  }
}

function contextAt(seen: number, epoch = 0): StepContext {
  const place = { step: 0, totalSteps: 20, epoch, totalEpochs: 2, samples: seen };
  return { ...place, random: createRandom(1), sweep };
}

function metricsOf(state: SelaState): Record<string, number> {
  return tf.tidy(() => {
    const views: Views = {
      batchSize: 4,
      indices: Int32Array.of(3, 9, 27, 1),
      groups: { view: { count: 1, images: tf.ones([4, 8, 8, 3]) } },
    };
    const at = { ...contextAt(0), forward: { training: true } };
    const { metrics = {} } = sela.loss(state, views, at);
    return Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => [name, value.dataSync()[0] as number]),
    );
  });
}

const all = Int32Array.from({ length: samples }, (_, index) => index);

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('sela', () => {
  it('starts with random labels, equally many of each class', () => {
    const state = stateWith();
    expect(metricsOf(state)).toEqual({
      labelChanges: 1,
      smallestCluster: 10,
      largestCluster: 10,
      classesUsed4: 4,
    });
    expect(state.table.labelsOf(0, all)).not.toEqual(state.table.labelsOf(1, all));
    disposeTrees(state.trainable, state.buffers);
  });

  it('assigns all labels when it is time, and tells of changes and sizes', async () => {
    const state = stateWith();
    const start = state.table.labelsOf(0, all);
    await sela.beforeStep?.(state, contextAt(0));
    const first = state.table.labelsOf(0, all);
    expect(first).not.toEqual(start);
    await sela.beforeStep?.(state, contextAt(4));
    expect(state.table.labelsOf(0, all)).toEqual(first);
    const { labelChanges = 0, smallestCluster = 0, largestCluster = 0, classesUsed4 } = metricsOf(state);
    const changed = [0, 1].map((head) => {
      const now = state.table.labelsOf(head, all);
      const before = stateLabels(head);
      return now.filter((label, at) => label !== before[at]).length / samples;
    });
    expect(labelChanges).toBeCloseTo(((changed[0] ?? 0) + (changed[1] ?? 0)) / 2, 6);
    expect(smallestCluster).toBeGreaterThanOrEqual(7);
    expect(largestCluster).toBeLessThanOrEqual(13);
    expect(classesUsed4).toBe(4);
    disposeTrees(state.trainable, state.buffers);
  });

  it('takes one head a time in turn', async () => {
    const state = stateWith({ relabelledHeads: 'in-turn' });
    const before = [0, 1].map((head) => state.table.labelsOf(head, all));
    await sela.beforeStep?.(state, contextAt(0, 1));
    expect(state.table.labelsOf(0, all)).toEqual(before[0]);
    expect(state.table.labelsOf(1, all)).not.toEqual(before[1]);
    disposeTrees(state.trainable, state.buffers);
  });

  it('puts nearly all images into a few classes without equipartition', async () => {
    const state = stateWith({ equipartition: false });
    await sela.beforeStep?.(state, contextAt(0));
    expect(metricsOf(state)['largestCluster']).toBeGreaterThan(20);
    disposeTrees(state.trainable, state.buffers);
  });
});

/** The labels that every state starts with. */
function stateLabels(head: number): Int32Array {
  const state = stateWith();
  const labels = state.table.labelsOf(head, all);
  disposeTrees(state.trainable, state.buffers);
  return labels;
}
