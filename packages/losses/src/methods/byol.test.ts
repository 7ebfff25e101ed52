import { useBackend } from '@ssl/backend/node';
import type { ParamTree } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { byolLoss } from '../losses/byol-loss.ts';
import type { Views } from '../method.ts';
import { viewMajor } from '../parts/view-major.ts';
import { byol, type ByolOptions, type ByolRoles } from './byol.ts';

type Trial = MethodTrial<ByolOptions, ByolRoles>;
type Target = NonNullable<ByolRoles['frozen']['target']>;

const batchSize = 4;

function trialWith(options: Record<string, unknown> = {}): Trial {
  return tryMethod(byol, { hiddenDim: 8, outDim: 4, ...options }, { batchSize });
}

function views(): Views {
  const images = tf.randomUniform([2 * batchSize, 8, 8, 3], 0, 1, 'float32', 1);
  return { groups: { views: trialGroup(images, 2) } };
}

function targetOf({ state }: Trial): Target {
  const { target } = state.frozen;
  if (target === undefined) throw new Error('there is no target');
  return target;
}

/** Sum of the absolute values of each gradient, by the variables' names in the engine. */
function gradientsOf({ assess }: Trial, variables?: tf.Variable[]): Record<string, number> {
  return tf.tidy(() => {
    const { grads } = tf.variableGrads(() => assess(views()).loss, variables);
    return Object.fromEntries(
      Object.entries(grads).map(([name, grad]) => [name, tf.sum(tf.abs(grad)).dataSync()[0] as number]),
    );
  });
}

function variablesOf(...trees: readonly ParamTree[]): tf.Variable[] {
  return trees.flatMap((tree) => [...tree.values()].map(({ variable }) => variable));
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('byol', () => {
  it('stops the gradient at the target: none reaches it, even where it is asked for', () => {
    const trial = trialWith();
    const { backbone, projector } = targetOf(trial);
    const target = variablesOf(backbone.parameters, projector.parameters);
    const online = variablesOf(trial.trainable);
    expect(target.length).toBeGreaterThan(online.length / 2);
    // tfjs leaves out variables that are not trainable; these are to be asked for all the same.
    for (const variable of target) {
      expect(variable.trainable).toBe(false);
      variable.trainable = true;
    }
    const gradients = gradientsOf(trial, [...online, ...target]);
    // tfjs gives no gradient, or one of zeros, to what is not reached.
    for (const { name } of target) expect(gradients[name] ?? 0).toBe(0);
    for (const { name } of online) expect(gradients[name]).toBeDefined();
    trial.dispose();
  });

  it('has another gradient where the target is the trained network itself', () => {
    const [ema, online] = [trialWith(), trialWith({ target: 'online' })];
    const sum = (trial: Trial): number => {
      const own = trial.trainable.get('projector.mlp.3.weight')?.variable;
      return gradientsOf(trial)[own?.name ?? ''] ?? NaN;
    };
    // The copy starts as the network, so the losses are alike, and only the gradient tells.
    expect(Math.abs(sum(ema) - sum(online))).toBeGreaterThan(1e-4);
    expect(online.state.frozen).toEqual({});
    for (const trial of [ema, online]) trial.dispose();
  });

  it('is the loss of predictions and targets, each view of a sample behind it', () => {
    const { assess, dispose } = trialWith();
    tf.tidy(() => {
      const { loss, outputs, metrics } = assess(views());
      const { features, projections, predictions, targets } = outputs;
      expect(features.shape).toEqual([batchSize, 2, 8]);
      expect(projections?.shape).toEqual([batchSize, 2, 4]);
      const expected = byolLoss(viewMajor(predictions as tf.Tensor), viewMajor(targets as tf.Tensor));
      expect(loss.dataSync()).toEqual(expected.dataSync());
      expect(metrics['targetMomentum']?.dataSync()[0]).toBeCloseTo(0.99, 6);
    });
    dispose();
  });

  it('moves the target by the momentum of the step, and its running statistics by its own batches', () => {
    const trial = trialWith({ momentum: 0.9 });
    const { state, at, assess } = trial;
    const weight = (tree: ParamTree): tf.Variable =>
      (tree.get('conv1.weight') as { variable: tf.Variable }).variable;
    const [online, target] = [weight(state.backbone.parameters), weight(targetOf(trial).backbone.parameters)];
    tf.tidy(() => {
      const { outputs } = assess(views());
      online.assign(tf.add(online, 1));
      const before = target.dataSync()[0] as number;
      byol.afterStep?.(state, outputs, views(), at());
      expect(target.dataSync()[0]).toBeCloseTo(before + 0.1, 5);
      byol.afterStep?.(state, outputs, views(), at({ step: 4 }));
      expect(target.dataSync()[0]).toBeCloseTo(before + 0.1, 5);
    });

    let statistics = 0;
    tf.tidy(() => void assess(views(), {}, () => statistics++));
    // Online and target each have a backbone (9 norms) and a projector (1); the predictor has one more.
    expect(statistics).toBe(2 * 10 + 1);
    trial.dispose();
  });

  it('keeps the target among its frozen networks, statistics included', () => {
    const trial = trialWith();
    const { backbone, projector } = targetOf(trial);
    expect(backbone.parameters.has('conv1.weight')).toBe(true);
    expect(backbone.buffers.has('bn1.running_mean')).toBe(true);
    expect(projector.buffers.has('mlp.1.running_var')).toBe(true);
    expect([...trial.trainable.keys()].filter((name) => name.includes('target'))).toEqual([]);
    trial.dispose();
  });
});
