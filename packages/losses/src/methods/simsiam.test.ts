import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { simsiamLoss } from '../losses/simsiam-loss.ts';
import type { Views } from '../method.ts';
import { viewMajor } from '../parts/view-major.ts';
import { simsiam, type SimsiamOptions, type SimsiamRoles } from './simsiam.ts';

const batchSize = 4;

function trialWith(options: Record<string, unknown> = {}): MethodTrial<SimsiamOptions, SimsiamRoles> {
  return tryMethod(simsiam, { outDim: 8, predictorDim: 4, ...options }, { batchSize });
}

function views(): Views {
  const images = tf.randomUniform([2 * batchSize, 8, 8, 3], 0, 1, 'float32', 1);
  return { groups: { views: trialGroup(images, 2) } };
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('simsiam', () => {
  it('is the loss of predictions and projections', () => {
    const { assess, dispose } = trialWith();
    tf.tidy(() => {
      const { loss, outputs } = assess(views());
      const { predictions, projections } = outputs;
      const expected = simsiamLoss(viewMajor(predictions as tf.Tensor), viewMajor(projections as tf.Tensor));
      expect(loss.dataSync()).toEqual(expected.dataSync());
    });
    dispose();
  });

  it('stops the gradient of the targets, or not', () => {
    const gradient = (options: Record<string, unknown>): number => {
      const { assess, trainable, dispose } = trialWith(options);
      const sum = tf.tidy(() => {
        const { variable } = trainable.get('projector.mlp.0.weight') as { variable: tf.Variable };
        const { grads } = tf.variableGrads(() => assess(views()).loss, [variable]);
        return tf.sum(tf.abs(grads[variable.name] as tf.Tensor)).dataSync()[0] as number;
      });
      dispose();
      return sum;
    };
    expect(Math.abs(gradient({}) - gradient({ stopGradient: false }))).toBeGreaterThan(1e-4);
  });

  it('ends its projector with a batch norm that has no weights', () => {
    const { trainable, state, dispose } = trialWith({ projectorLayers: 3 });
    const names = [...trainable.keys()].filter((name) => name.startsWith('projector.'));
    expect(names.filter((name) => !name.endsWith('.bias'))).toEqual([
      'projector.mlp.0.weight',
      'projector.mlp.1.weight',
      'projector.mlp.3.weight',
      'projector.mlp.4.weight',
      'projector.mlp.6.weight',
    ]);
    expect(names).not.toContain('projector.mlp.6.bias');
    expect(state.modules.projector.buffers.has('mlp.7.running_mean')).toBe(true);
    dispose();
  });
});
