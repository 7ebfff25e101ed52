import { useBackend } from '@ssl/backend/node';
import { l2Normalize } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { infoNceLoss } from '../losses/info-nce-loss.ts';
import type { Views } from '../method.ts';
import { viewMajor } from '../parts/view-major.ts';
import { nnclr, type NnclrOptions, type NnclrRoles } from './nnclr.ts';

const batchSize = 4;

function trialWith(options: Record<string, unknown> = {}): MethodTrial<NnclrOptions, NnclrRoles> {
  return tryMethod(nnclr, { hiddenDim: 8, outDim: 4, queueSize: 8, ...options }, { batchSize });
}

function views(first = 0): Views {
  const images = tf.randomUniform([2 * batchSize, 8, 8, 3], 0, 1, 'float32', 1 + first);
  const indices = Int32Array.from({ length: batchSize }, (_, index) => first + index);
  return { groups: { views: trialGroup(images, 2, { indices }) } };
}

type Pair = [tf.Tensor2D, tf.Tensor2D];

function halves(rows: tf.Tensor | undefined): Pair {
  return tf.split(l2Normalize(viewMajor(rows as tf.Tensor)), 2) as Pair;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('nnclr', () => {
  it('predicts the neighbours of the other view: until the queue is full, the projections themselves', () => {
    const { state, assess, at, dispose } = trialWith();
    tf.tidy(() => {
      const lossOf = (): readonly [given: number, expected: number] => {
        const { loss, outputs } = assess(views());
        const [predicted, projected] = [halves(outputs['predictions']), halves(outputs.projections)];
        const { queue } = state.memory;
        const indices = tf.tensor1d([0, 1, 2, 3], 'int32');
        const neighbours = projected.map((view) => (queue.isFull() ? queue.nearest(view, indices) : view));
        const expected = tf.add(
          infoNceLoss(neighbours[0] as tf.Tensor2D, predicted[1]),
          infoNceLoss(neighbours[1] as tf.Tensor2D, predicted[0]),
        );
        return [loss.dataSync()[0] as number, (expected.dataSync()[0] as number) / 2];
      };
      const [before, expectedBefore] = lossOf();
      expect(before).toBeCloseTo(expectedBefore, 5);
      for (const first of [4, 8]) {
        const { outputs } = assess(views(first));
        nnclr.afterStep?.(state, outputs, views(first), at());
      }
      expect(state.memory.queue.isFull()).toBe(true);
      const [after, expectedAfter] = lossOf();
      expect(after).toBeCloseTo(expectedAfter, 5);
      expect(Math.abs(after - before)).toBeGreaterThan(1e-3);
    });
    dispose();
  });

  it('says that a queue is shorter than a batch', () => {
    expect(() => trialWith({ queueSize: 3 })).toThrow(
      'nnclr: methodOptions.queueSize 3 is smaller than a batch of 4; use 4 or more',
    );
  });
});
