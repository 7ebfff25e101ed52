import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import type { BufferTree, Parameter } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, trialInput, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { dinoLoss, updateCentre } from '../losses/dino-loss.ts';
import type { Views } from '../method.ts';
import { dino, type DinoOptions, type DinoRoles } from './dino.ts';

type Trial = MethodTrial<DinoOptions, DinoRoles>;

const batchSize = 4;
const small = { hiddenDim: 8, bottleneckDim: 4, outDim: 6 };

function trialWith(options: Record<string, unknown> = {}): Trial {
  return tryMethod(dino, { ...small, ...options }, { batchSize, totalEpochs: 4, totalSteps: 8 });
}

/** Two large views and two small ones. */
function views(): Views {
  const images = (side: number, seed: number): tf.Tensor =>
    tf.randomUniform([2 * batchSize, side, side, 3], 0, 1, 'float32', seed);
  return { groups: { global: trialGroup(images(8, 1), 2), local: trialGroup(images(4, 2), 2) } };
}

function valuesOf(tree: BufferTree): number[] {
  return [...tree.values()].flatMap((entry) => [...(entry as Parameter).variable.dataSync()]);
}

function centreOf({ state }: Trial): tf.Tensor1D {
  return state.memory.centre.buffers.get('value')?.variable as tf.Tensor1D;
}

function viewsOf(logits: tf.Tensor | undefined): tf.Tensor2D[] {
  return tf.unstack(logits as tf.Tensor3D, 1) as tf.Tensor2D[];
}

function scalar(x: tf.Tensor | undefined): number {
  return x?.dataSync()[0] as number;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('dino', () => {
  it('has the authors’ loss, with the centre and the teacher’s temperature of the epoch', () => {
    const trial = trialWith({
      ...{ teacherTemperature: 0.08, warmupTeacherTemperature: 0.02, warmupTeacherEpochs: 3 },
      studentTemperature: 0.2,
    });
    tf.tidy(() => {
      (centreOf(trial) as tf.Variable<tf.Rank.R1>).assign(tf.tensor1d([0.1, 0, -0.1, 0.2, 0, 0]));
      for (const [epoch, teacherTemperature] of [0.02, 0.05, 0.08, 0.08].entries()) {
        const { outputs, loss, metrics } = trial.assess(views(), { epoch });
        const [student, teacher] = [viewsOf(outputs['student']), viewsOf(outputs['teacher'])];
        expect([student.length, teacher.length]).toEqual([4, 2]);
        const temperatures = { studentTemperature: 0.2, teacherTemperature };
        const expected = dinoLoss(student, teacher, centreOf(trial), temperatures);
        expect(scalar(loss)).toBeCloseTo(scalar(expected), 5);
        expect(scalar(metrics['teacherTemperature'])).toBeCloseTo(teacherTemperature, 6);
        expect(scalar(metrics['prototypesUsed'])).toBeGreaterThanOrEqual(1);
        expect(scalar(metrics['prototypesUsed'])).toBeLessThanOrEqual(6.001);
      }
    });
    trial.dispose();
  });

  it('passes no gradient to the teacher, and one to every trained parameter', () => {
    const trial = trialWith();
    const { backbone, head } = trial.state.frozen.teacher;
    const frozen = [...backbone.parameters.values(), ...head.parameters.values()].map(
      ({ variable }) => variable,
    );
    const trained = [...trial.trainable.values()].map(({ variable }) => variable);
    expect(frozen).toHaveLength(trained.length);
    for (const variable of frozen) {
      expect(variable.trainable).toBe(false);
      variable.trainable = true;
    }
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => trial.assess(views()).loss, [...trained, ...frozen]);
      const sizeOf = (name: string): number => scalar(tf.sum(tf.abs(grads[name] ?? tf.scalar(0))));
      for (const { name } of frozen) expect(sizeOf(name)).toBe(0);
      for (const { name } of trained) expect(grads[name]).toBeDefined();
      expect(trained.filter(({ name }) => sizeOf(name) > 0).length).toBeGreaterThan(trained.length / 2);
    });
    trial.dispose();
  });

  it('begins with a teacher that equals the student, and evaluates the teacher', () => {
    const { state, dispose } = trialWith();
    const { backbone, head } = state.frozen.teacher;
    expect(valuesOf(backbone.parameters)).toEqual(valuesOf(state.backbone.parameters));
    expect(valuesOf(head.parameters)).toEqual(valuesOf(state.modules.head.parameters));
    expect(valuesOf(head.buffers)).toEqual(valuesOf(state.modules.head.buffers));
    expect(state.evaluated).toBe(backbone);
    dispose();
  });

  it('moves the centre by the whole batch’s logits, and the teacher towards the student', () => {
    const trial = trialWith({ momentum: 0.5, centreMomentum: 0.7 });
    const { state } = trial;
    tf.tidy(() => {
      const { outputs } = trial.assess(views());
      const expected = [...updateCentre(centreOf(trial), viewsOf(outputs['teacher']), 0.7).dataSync()];
      for (const { variable } of state.backbone.parameters.values()) variable.assign(tf.add(variable, 1));
      const before = valuesOf(state.frozen.teacher.backbone.parameters);
      dino.afterStep?.(state, outputs, views(), trial.at());
      expect([...centreOf(trial).dataSync()]).toEqual(expected);
      expect(expected.some((value) => value !== 0)).toBe(true);
      const after = valuesOf(state.frozen.teacher.backbone.parameters);
      for (const [index, value] of after.entries())
        expect(value - (before[index] as number)).toBeCloseTo(0.5, 4);
      // In the end the momentum is 1: the teacher stays.
      dino.afterStep?.(state, outputs, views(), trial.at({ step: 8 }));
      expect(valuesOf(state.frozen.teacher.backbone.parameters)).toEqual(after);
    });
    trial.dispose();
  });

  it('keeps the prototypes of the first epoch, and decays no biases and norms', () => {
    const trial = trialWith({ normLastLayer: false });
    const groups = dino.parameterGroups?.(trial.state, trial.options) ?? [];
    const groupOf = (name: string, shape: number[]) => groups.find((group) => group.includes(name, shape));
    const frozen = [...trial.trainable].filter(
      ([name, { variable }]) => groupOf(name, variable.shape)?.frozenEpochs === 1,
    );
    expect(frozen.map(([name]) => name)).toEqual(['head.last_layer.weight_g', 'head.last_layer.weight_v']);
    expect(groupOf('backbone.bn1.weight', [2])?.weightDecayFactor).toBe(0);
    expect(groupOf('head.mlp.0.bias', [8])?.weightDecayFactor).toBe(0);
    expect(groupOf('head.mlp.0.weight', [8, 8])).toBeUndefined();
    trial.dispose();
  });

  it('asks the augmentation for local views', () => {
    const flip = [{ name: 'randomHorizontalFlip', probability: 0.5 }];
    const context = { input: trialInput(), augmentation: { view: flip } };
    const options = dino.options.parse({ localViews: 3 });
    expect(() => dino.views(options, context)).toThrow(
      'dino: the augmentation has no local views; use one that has',
    );
    expect(() => dino.views(options, context)).toThrow(expect.toSatisfy(isUserError));
    const recipe = dino.views(options, { ...context, augmentation: { view: flip, local: [] } });
    expect(recipe.groups).toEqual({
      global: { count: 2, transforms: flip },
      local: { count: 3, transforms: [] },
    });
  });
});
