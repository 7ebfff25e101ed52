import { useBackend } from '@ssl/backend/node';
import { l2Normalize } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { infoNceLoss } from '../losses/info-nce-loss.ts';
import type { Views } from '../method.ts';
import { viewMajor } from '../parts/view-major.ts';
import { moco, type MocoOptions, type MocoRoles } from './moco.ts';

const batchSize = 4;

function trialWith(options: Record<string, unknown> = {}): MethodTrial<MocoOptions, MocoRoles> {
  return tryMethod(moco, { hiddenDim: 8, outDim: 4, queueSize: 6, ...options }, { batchSize });
}

function views(): Views {
  const images = tf.randomUniform([2 * batchSize, 8, 8, 3], 0, 1, 'float32', 1);
  return { groups: { views: trialGroup(images, 2) } };
}

/** Queries of unit length and keys of a step, each of both views. */
function halves(outputs: Readonly<Record<string, tf.Tensor | undefined>>): Record<string, tf.Tensor2D[]> {
  const split = (x: tf.Tensor2D): tf.Tensor2D[] => tf.split(x, 2);
  return {
    queries: split(l2Normalize(viewMajor(outputs['queries'] as tf.Tensor))),
    keys: split(viewMajor(outputs['keys'] as tf.Tensor)),
  };
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('moco', () => {
  it('tells the key of the other view from a queue of random directions at first', () => {
    const { state, assess, dispose } = trialWith({ symmetric: false, temperature: 0.3 });
    tf.tidy(() => {
      const { loss, outputs } = assess(views());
      const { queries = [], keys = [] } = halves(outputs);
      const negatives = state.memory.queue?.entries as tf.Tensor2D;
      for (const length of tf.norm(negatives, 2, 1).dataSync()) expect(length).toBeCloseTo(1, 5);
      const [query, key] = [queries[0], keys[1]] as [tf.Tensor2D, tf.Tensor2D];
      const expected = infoNceLoss(query, key, { temperature: 0.3, negatives });
      expect(loss.dataSync()[0]).toBeCloseTo(expected.dataSync()[0] as number, 5);
      expect(state.memory.firstQueue).toBeUndefined();
    });
    dispose();
  });

  it('keeps each view’s keys in a queue of its own', () => {
    const { state, assess, at, dispose } = trialWith();
    tf.tidy(() => {
      const { outputs } = assess(views());
      moco.afterStep?.(state, outputs, views(), at());
      const { keys = [] } = halves(outputs);
      const stored = [state.memory.firstQueue, state.memory.queue].map((queue) =>
        tf.slice(queue?.entries as tf.Tensor2D, 0, batchSize).dataSync(),
      );
      expect(stored).toEqual(keys.map((rows) => rows.dataSync()));
    });
    dispose();
  });

  it('keeps its momentum in version 2, and lets it grow in version 3, which needs no queue', () => {
    const momenta = [2, 3].map((version) => {
      const trial = trialWith({ version, momentum: 0.9 });
      if (version === 3) expect(trial.state.memory).toEqual({});
      const momentum = tf.tidy(() => {
        const { metrics } = trial.assess(views(), { step: 2, totalSteps: 4 });
        return metrics['keyMomentum']?.dataSync()[0] as number;
      });
      trial.dispose();
      return momentum;
    });
    expect(momenta[0]).toBeCloseTo(0.9, 6);
    expect(momenta[1]).toBeCloseTo(0.95, 6);
  });

  it('sums both directions of version 3, times twice the temperature', () => {
    const { assess, dispose } = trialWith({ version: 3, temperature: 0.3 });
    tf.tidy(() => {
      const { loss, outputs } = assess(views());
      const { queries = [], keys = [] } = halves(outputs);
      const lossOf = (query: number, key: number): number =>
        infoNceLoss(queries[query] as tf.Tensor2D, keys[key] as tf.Tensor2D, {
          temperature: 0.3,
        }).dataSync()[0] as number;
      expect(loss.dataSync()[0]).toBeCloseTo(0.6 * (lossOf(0, 1) + lossOf(1, 0)), 5);
    });
    dispose();
  });

  it('says that a queue is shorter than a batch', () => {
    expect(() => trialWith({ queueSize: 3 })).toThrow(
      'moco: methodOptions.queueSize 3 is smaller than a batch of 4; use 4 or more',
    );
  });
});
