import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { selaLoss } from '../losses/sela-loss.ts';
import type { SweepStep, Views } from '../method.ts';
import { sela, type SelaOptions, type SelaRoles } from './sela.ts';

type Trial = MethodTrial<SelaOptions, SelaRoles>;

const samples = 40;

function trialWith(options: Record<string, unknown> = {}): Trial {
  const small = { heads: 2, classes: 4, relabellings: 3, ...options };
  return tryMethod(sela, small, { samples, totalEpochs: 2, totalSteps: 20 });
}

/** Images of noise, in two batches. */
async function* sweep(): ReturnType<SweepStep['sweep']> {
  for (const start of [0, samples / 2]) {
    const inputs = tf.randomNormal([samples / 2, 8, 8, 3], 0, 1, 'float32', start + 1);
    yield { indices: Int32Array.from({ length: samples / 2 }, (_, place) => start + place), inputs };
    inputs.dispose();
  }
}

async function beforeStep({ state, at }: Trial, seen: number, epoch = 0): Promise<void> {
  await sela.beforeStep?.(state, { ...at({ samples: seen, epoch }), sweep });
}

function batch(): Views {
  const indices = Int32Array.of(3, 9, 27, 1);
  return { groups: { view: trialGroup(tf.ones([4, 8, 8, 3]), 1, { indices }) } };
}

function metricsOf({ assess }: Trial): Record<string, number> {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(assess(batch()).metrics).map(([name, value]) => [name, value.dataSync()[0] as number]),
    ),
  );
}

const all = Int32Array.from({ length: samples }, (_, index) => index);

function labelsOf({ state }: Trial, head: number, indices = all): Int32Array {
  return state.memory.selflabels.table.labelsOf(head, indices);
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('sela', () => {
  it('starts with random labels, equally many of each class', () => {
    const trial = trialWith();
    expect(metricsOf(trial)).toEqual({
      labelChanges: 1,
      smallestCluster: 10,
      largestCluster: 10,
      classesUsed4: 4,
    });
    expect(labelsOf(trial, 0)).not.toEqual(labelsOf(trial, 1));
    trial.dispose();
  });

  it('is the loss of all heads on their labels of the batch', () => {
    const trial = trialWith({ hiddenDim: 6 });
    tf.tidy(() => {
      const { loss, outputs } = trial.assess(batch());
      const logits = [outputs['logits0'], outputs['logits1']] as tf.Tensor2D[];
      const labels = [0, 1].map((head) =>
        tf.tensor1d(labelsOf(trial, head, Int32Array.of(3, 9, 27, 1)), 'int32'),
      );
      expect(loss.dataSync()).toEqual(selaLoss(logits, labels).dataSync());
    });
    trial.dispose();
  });

  it('assigns all labels when it is time, and tells of changes and sizes', async () => {
    const trial = trialWith();
    const start = [0, 1].map((head) => labelsOf(trial, head));
    await beforeStep(trial, 0);
    const first = labelsOf(trial, 0);
    expect(first).not.toEqual(start[0]);
    await beforeStep(trial, 4);
    expect(labelsOf(trial, 0)).toEqual(first);
    const { labelChanges = 0, smallestCluster = 0, largestCluster = 0, classesUsed4 } = metricsOf(trial);
    const changed = [0, 1].map((head) => {
      const now = labelsOf(trial, head);
      return now.filter((label, at) => label !== start[head]?.[at]).length / samples;
    });
    expect(labelChanges).toBeCloseTo(((changed[0] ?? 0) + (changed[1] ?? 0)) / 2, 6);
    expect(smallestCluster).toBeGreaterThanOrEqual(7);
    expect(largestCluster).toBeLessThanOrEqual(13);
    expect(classesUsed4).toBe(4);
    trial.dispose();
  });

  it('takes one head a time in turn', async () => {
    const trial = trialWith({ relabelledHeads: 'in-turn' });
    const before = [0, 1].map((head) => labelsOf(trial, head));
    await beforeStep(trial, 0, 1);
    expect(labelsOf(trial, 0)).toEqual(before[0]);
    expect(labelsOf(trial, 1)).not.toEqual(before[1]);
    trial.dispose();
  });

  it('puts nearly all images into a few classes without equipartition', async () => {
    const trial = trialWith({ equipartition: false });
    await beforeStep(trial, 0);
    expect(metricsOf(trial)['largestCluster']).toBeGreaterThan(20);
    trial.dispose();
  });
});
