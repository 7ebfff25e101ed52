import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { swavAssignments, swavLoss } from '../losses/swav-loss.ts';
import type { Views } from '../method.ts';
import { swav, type SwavOptions, type SwavRoles } from './swav.ts';

const batchSize = 4;

function trialWith(options: Record<string, unknown> = {}): MethodTrial<SwavOptions, SwavRoles> {
  return tryMethod(swav, { hiddenDim: 8, outDim: 4, prototypes: 3, ...options }, { batchSize });
}

function views(seed = 1): Views {
  const images = tf.randomUniform([2 * batchSize, 8, 8, 3], 0, 1, 'float32', seed);
  return { groups: { global: trialGroup(images, 2) } };
}

function prototypesOf({ state }: MethodTrial<SwavOptions, SwavRoles>): tf.Variable<tf.Rank.R2> {
  return state.modules.prototypes.parameters.get('weight')?.variable as tf.Variable<tf.Rank.R2>;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('swav', () => {
  it('predicts each view’s assignment from the other', () => {
    const { assess, dispose } = trialWith();
    tf.tidy(() => {
      const { loss, outputs } = assess(views());
      const scores = tf.unstack(outputs['scores'] as tf.Tensor3D, 1) as tf.Tensor2D[];
      const expected = swavLoss(
        scores,
        scores.map((score) => swavAssignments(score)),
      );
      expect(loss.dataSync()[0]).toBeCloseTo(expected.dataSync()[0] as number, 6);
    });
    dispose();
  });

  it('keeps its prototypes at length 1', () => {
    const trial = trialWith();
    tf.tidy(() => {
      const lengths = (): number[] => [...tf.norm(prototypesOf(trial), 2, 0).dataSync()];
      for (const length of lengths()) expect(length).toBeCloseTo(1, 5);
      const { outputs } = trial.assess(views());
      prototypesOf(trial).assign(tf.mul(prototypesOf(trial), 3));
      swav.afterStep?.(trial.state, outputs, views(), trial.at());
      for (const length of lengths()) expect(length).toBeCloseTo(1, 5);
    });
    trial.dispose();
  });

  it('assigns a batch together with the queue once that is full, by the prototypes of the step', () => {
    const trial = trialWith({ queueSize: 8, queueStartEpoch: 1 });
    const { state, assess, at, dispose } = trial;
    tf.tidy(() => {
      const push = (seed: number, epoch: number): void => {
        const { outputs } = assess(views(seed));
        swav.afterStep?.(state, outputs, views(seed), at({ epoch }));
      };
      const loss = (): number => assess(views()).loss.dataSync()[0] as number;
      const before = loss();
      // Not before its epoch.
      for (const seed of [2, 3, 4]) push(seed, 0);
      expect(state.memory.queue0?.isFull()).toBe(false);
      expect(loss()).toBeCloseTo(before, 6);
      prototypesOf(trial).assign(tf.neg(prototypesOf(trial)));
      for (const seed of [2, 3]) push(seed, 1);
      expect(state.memory.queue0?.isFull()).toBe(true);

      const { loss: after, outputs } = assess(views());
      const scores = tf.unstack(outputs['scores'] as tf.Tensor3D, 1) as tf.Tensor2D[];
      const assignments = scores.map((score, view) => {
        const { entries } = (view === 0 ? state.memory.queue0 : state.memory.queue1) as {
          entries: tf.Tensor2D;
        };
        const queued = tf.matMul(entries, prototypesOf(trial)) as tf.Tensor2D;
        return tf.slice(swavAssignments(tf.concat([queued, score])), [8, 0], [batchSize, 3]);
      });
      expect(after.dataSync()[0]).toBeCloseTo(swavLoss(scores, assignments).dataSync()[0] as number, 5);
      expect(Math.abs((after.dataSync()[0] as number) - before)).toBeGreaterThan(1e-4);
    });
    dispose();
  });

  it('warns of more prototypes than a batch and its queue can fill', () => {
    const trial = trialWith();
    const context = { dataset: { length: 8 }, input: trial.at().input, batchSize: 64 };
    const warnings = (options: Partial<SwavOptions>): readonly string[] =>
      swav.warnings?.({ ...trial.options, ...options }, context) ?? [];
    expect(warnings({ prototypes: 300 })).toEqual([
      'swav: 300 prototypes are more than the 64 images that are assigned at once can fill; use fewer methodOptions.prototypes, a larger batch or a longer methodOptions.queueSize',
    ]);
    expect(warnings({ prototypes: 300, queueSize: 256 })).toEqual([]);
    trial.dispose();
  });

  it('gives probabilities over its prototypes', () => {
    const { state, options, dispose } = trialWith();
    tf.tidy(() => {
      const probabilities = swav.predict?.(state, tf.ones([2, 8, 8, 3]), options, 0) as tf.Tensor2D;
      expect(probabilities.shape).toEqual([2, 3]);
      for (const sum of tf.sum(probabilities, 1).dataSync()) expect(sum).toBeCloseTo(1, 5);
    });
    dispose();
  });

  it('says that a queue is shorter than a batch', () => {
    expect(() => trialWith({ queueSize: 3 })).toThrow(
      'swav: methodOptions.queueSize 3 is smaller than a batch of 4; use 0 (off) or 4 or more',
    );
  });
});
