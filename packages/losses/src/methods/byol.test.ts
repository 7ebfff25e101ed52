import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeTrees, isHostBuffer } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Progress, Views } from '../method.ts';
import { byol, type ByolState } from './byol.ts';

const image = { height: 8, width: 8, channels: 3 };
const batchSize = 4;

function stateWith(options: Record<string, unknown> = {}): ByolState {
  const random = createRandom(0);
  const backbone = createBackbone('resnet-tiny', { random, image, width: 2 });
  const context = {
    random,
    backbone,
    image,
    batchSize,
    totalEpochs: 1,
    totalSteps: 4,
    dataset: { length: 8 },
  };
  return byol.init(context, byol.options.parse({ hiddenDim: 8, outDim: 4, ...options }));
}

function views(): Views {
  const images = tf.randomUniform<tf.Rank.R4>([2 * batchSize, 8, 8, 3], 0, 1, 'float32', 1);
  return { batchSize, indices: Int32Array.of(0, 1, 2, 3), groups: { views: { count: 2, images } } };
}

const at: Progress = {
  ...{ step: 0, totalSteps: 4, epoch: 0, totalEpochs: 1, samples: 0 },
  random: createRandom(1),
  forward: { training: true },
};
const context = { ...at, sweep: () => expect.fail('nothing to sweep') };

/** Sum of the absolute values of each of the state's gradients. */
function gradientsOf(state: ByolState, variables?: tf.Variable[]): Record<string, number> {
  return tf.tidy(() => {
    const { grads } = tf.variableGrads(() => byol.loss(state, views(), at).loss, variables);
    return Object.fromEntries(
      Object.entries(grads).map(([name, grad]) => [name, tf.sum(tf.abs(grad)).dataSync()[0] as number]),
    );
  });
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('byol', () => {
  it('stops the gradient at the target: none reaches it, even where it is asked for', () => {
    const state = stateWith();
    const target = [...state.buffers].flatMap(([name, entry]) =>
      name.startsWith('target.') && !isHostBuffer(entry) ? [entry.variable] : [],
    );
    const online = [...state.trainable.values()].map(({ variable }) => variable);
    expect(target.length).toBeGreaterThan(online.length / 2);
    // tfjs leaves out variables that are not trainable; these are to be asked for all the same.
    for (const variable of target) variable.trainable = true;
    const gradients = gradientsOf(state, [...online, ...target]);
    // tfjs gives no gradient, or one of zeros, to what is not reached.
    for (const { name } of target) expect(gradients[name] ?? 0).toBe(0);
    for (const { name } of online) expect(gradients[name]).toBeDefined();
    disposeTrees(state.trainable, state.buffers);
  });

  it('has another gradient where the target is the trained network itself', () => {
    const [ema, online] = [stateWith(), stateWith({ target: 'online' })];
    const sum = (state: ByolState): number => {
      const own = [...state.trainable].find(([name]) => name === 'projector.mlp.3.weight')?.[1].variable;
      return gradientsOf(state)[own?.name ?? ''] ?? NaN;
    };
    // The copy starts as the network, so the losses are alike, and only the gradient tells.
    expect(Math.abs(sum(ema) - sum(online))).toBeGreaterThan(1e-4);
    expect([...online.buffers.keys()].some((name) => name.startsWith('target.'))).toBe(false);
    for (const state of [ema, online]) disposeTrees(state.trainable, state.buffers);
  });

  it('moves the target by the momentum of the step, and its running statistics by its own batches', () => {
    const state = stateWith({ momentum: 0.9 });
    const weight = (tree: ByolState['trainable']): tf.Variable =>
      (tree.get('conv1.weight') as { variable: tf.Variable }).variable;
    const [online, target] = [
      weight(state.backbone.parameters),
      weight((state.target as NonNullable<ByolState['target']>).backbone.parameters),
    ];
    tf.tidy(() => {
      online.assign(tf.add(online, 1));
      const before = target.dataSync()[0] as number;
      byol.afterStep?.(state, context, {});
      expect(target.dataSync()[0]).toBeCloseTo(before + 0.1, 5);
      byol.afterStep?.(state, { ...context, step: 4 }, {});
      expect(target.dataSync()[0]).toBeCloseTo(before + 0.1, 5);
    });

    let statistics = 0;
    tf.tidy(() => {
      byol.loss(state, views(), { ...at, forward: { training: true, onStatistics: () => statistics++ } });
    });
    // Online and target each have a backbone (9 norms) and a projector (1); the predictor has one more.
    expect(statistics).toBe(2 * 10 + 1);
    disposeTrees(state.trainable, state.buffers);
  });

  it('keeps the target in its buffers, statistics included', () => {
    const state = stateWith();
    for (const name of [
      'backbone.conv1.weight',
      'backbone.bn1.running_mean',
      'projector.mlp.1.running_var',
    ]) {
      expect(state.buffers.has(`target.${name}`), name).toBe(true);
    }
    disposeTrees(state.trainable, state.buffers);
  });
});
