import { useBackend } from '@ssl/backend/node';
import { viewFeatures, type MethodDefinition, type MethodRoles } from '@ssl/losses';
import { createLinear, createParameter, type Module } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { methodContract, type MethodContractSettings } from './method-contract.ts';
import { createNoiseDataset } from './noise-dataset.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

interface Roles extends MethodRoles {
  readonly modules: { readonly head: Module<tf.Tensor2D, tf.Tensor2D> };
}

type Definition = MethodDefinition<object, Roles>;

/** A method that holds the contract: features are to be mapped to ones. */
const sound: Definition = {
  name: 'sound',
  description: 'for tests',
  options: z.strictObject({}),
  views: (_options, { input }) => ({
    groups: { global: { count: 1, transforms: [{ name: 'resize', size: input.shape.slice(0, 2) }] } },
  }),
  init: ({ backbone, random }) => ({
    modules: { head: createLinear({ inDim: backbone.featureDim, outDim: 2, random }) },
  }),
  forward({ backbone, modules }, views, { forward }) {
    const features = viewFeatures(backbone, views, forward);
    return { features, logits: modules.head.forward(features, forward) };
  },
  objective({ logits }) {
    const loss = tf.mean(tf.square(tf.sub(logits as tf.Tensor, 1))) as tf.Scalar;
    return { loss, metrics: { meanLoss: tf.clone(loss) } };
  },
  heads: () => [2],
  predict: ({ backbone, modules }, inputs) =>
    tf.tidy(() => {
      const context = { training: false };
      return tf.softmax(modules.head.forward(backbone.features(inputs, context), context));
    }),
};

const small: MethodContractSettings = {
  dataset: createNoiseDataset({ height: 4, width: 4, channels: 3 }, 16),
  batchSize: 4,
  backbone: { name: 'resnet-tiny', width: 1 },
};

/** The message of every check that fails, by the check's name. */
async function failuresOf(
  method: Definition,
  settings: MethodContractSettings = small,
): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  for (const { name, run } of methodContract(method, settings)) {
    try {
      await run();
    } catch (error) {
      failures[name] = (error as Error).message;
    }
  }
  return failures;
}

describe('methodContract', () => {
  it('passes a sound method', async () => {
    expect(await failuresOf(sound)).toEqual({});
  });

  it('passes one without predictions, and does not ask for any', async () => {
    const { predict, heads, ...method } = sound;
    expect([predict, heads]).not.toContain(undefined);
    expect(await failuresOf(method)).toEqual({});
    const named = (definition: Definition): readonly string[] =>
      methodContract(definition, small).map(({ name }) => name);
    expect(named(sound).filter((name) => !named(method).includes(name))).toEqual(['predicts probabilities']);
  });

  it('finds a trainable without a gradient', async () => {
    const method: Definition = {
      ...sound,
      init(context, options) {
        const idle = createParameter(new Float32Array(1), [1], 'same');
        const part = { parameters: new Map([['weight', idle]]), buffers: new Map() };
        const { modules } = sound.init(context, options);
        return { modules: { ...modules, idle: part } };
      },
    };
    const failures = await failuresOf(method);
    expect(failures['gives every trainable a gradient, and nothing else']).toMatch(
      /no gradient reaches idle\.weight/,
    );
  });

  it('finds a buffer that an optimizer could change', async () => {
    const method: Definition = {
      ...sound,
      init: (context, options) => ({
        ...sound.init(context, options),
        memory: {
          more: { buffers: new Map([['mean', createParameter(new Float32Array(1), [1], 'same')]]) },
        },
      }),
    };
    expect(await failuresOf(method)).toEqual({
      'gives every trainable a gradient, and nothing else':
        'method contract: the buffer "memory.more.mean" is marked trainable',
    });
  });

  it('finds samples that are coupled in forward', async () => {
    const method: Definition = {
      ...sound,
      forward(state, views, at) {
        const { features, logits } = sound.forward(state, views, at);
        return { features, logits: tf.sub(logits as tf.Tensor, tf.mean(logits as tf.Tensor, 0)) };
      },
    };
    const failures = await failuresOf(method);
    expect(Object.keys(failures)).toEqual(['gives the gradients of a batch from its parts']);
    expect(Object.values(failures)[0]).toMatch(/^method contract: .* (differs|differs by)/);
  });

  it('finds a loss that is not the mean of its parts only where forward is to blame', async () => {
    const method: Definition = {
      ...sound,
      objective({ logits }) {
        const centred = tf.sub(logits as tf.Tensor, tf.mean(logits as tf.Tensor, 0));
        return { loss: tf.mean(tf.square(tf.sub(centred, logits as tf.Tensor))) };
      },
    };
    expect(await failuresOf(method)).toEqual({});
  });

  it('finds state that is written where it must not be, and that is not saved', async () => {
    let calls = 0;
    const writing: Definition = {
      ...sound,
      objective(outputs, views, at) {
        const objective = sound.objective(outputs, views, at);
        return { ...objective, loss: tf.add(objective.loss, calls++) };
      },
    };
    const failures = await failuresOf(writing);
    expect(Object.keys(failures)).toEqual([
      'gives the gradients of a batch from its parts',
      'writes no state in forward and objective',
      'gives the same numbers for the same seed',
      'goes on from a checkpoint as if it had never stopped',
    ]);
    expect(failures['writes no state in forward and objective']).toMatch(
      /^method contract: the loss of the same step, asked for twice differs/,
    );
  });

  it('finds memory that forward writes', async () => {
    const method: Definition = {
      ...sound,
      init: (context, options) => ({
        ...sound.init(context, options),
        memory: { calls: { buffers: new Map([['count', { shape: [1], data: new Float64Array(1) }]]) } },
      }),
      forward(state, views, at) {
        const count = state.memory?.['calls']?.buffers.get('count') as { data: Float64Array };
        count.data[0] = (count.data[0] ?? 0) + 1;
        return sound.forward(state, views, at);
      },
    };
    const failures = await failuresOf(method);
    expect(failures['writes no state in forward and objective']).toMatch(/it writes "memory\.calls\.count"/);
  });

  it.each([
    ['a step', 'afterStep'],
    ['its objective', 'objective'],
  ] as const)('finds tensors that %s leaks', async (_, hook) => {
    const keep = (): void => void tf.keep(tf.scalar(1));
    const method: Definition =
      hook === 'afterStep'
        ? { ...sound, afterStep: keep }
        : {
            ...sound,
            objective(outputs, views, at) {
              keep();
              return sound.objective(outputs, views, at);
            },
          };
    expect(Object.keys(await failuresOf(method))).toContain('leaks no tensor');
  });

  it('finds a loss that is not finite', async () => {
    const method: Definition = {
      ...sound,
      objective(outputs, views, at) {
        return { loss: tf.div(sound.objective(outputs, views, at).loss, 0) };
      },
    };
    expect((await failuresOf(method))['takes three steps with a finite loss']).toMatch(
      /the loss of step 0 is Infinity/,
    );
  });

  it('finds metrics that are not finite, or that nobody describes', async () => {
    const withMetric = (name: string, value: number): Definition => ({
      ...sound,
      metrics: () => ({ meanLoss: { title: 'the loss again' } }),
      objective: (outputs, views, at) => ({
        ...sound.objective(outputs, views, at),
        metrics: { [name]: tf.scalar(value) },
      }),
    });
    const check = 'gives every trainable a gradient, and nothing else';
    expect((await failuresOf(withMetric('meanLoss', NaN)))[check]).toBe(
      'method contract: the metric meanLoss is NaN',
    );
    expect((await failuresOf(withMetric('other', 1)))[check]).toBe(
      'method contract: the metric other is not described in "metrics"',
    );
    expect((await failuresOf(withMetric('mean-loss', 1)))[check]).toBe(
      'method contract: the metric mean-loss is not in camelCase',
    );
  });

  it('finds predictions that are no probabilities', async () => {
    const method: Definition = {
      ...sound,
      predict: (_state, inputs) => tf.ones([inputs.shape[0] ?? 0, 2]),
    };
    expect(await failuresOf(method)).toEqual({
      'predicts probabilities': "method contract: head 0's probabilities of sample 0 sum to 2",
    });
  });

  it('finds predictions that are NaN', async () => {
    const method: Definition = {
      ...sound,
      predict: (_state, inputs) => tf.fill([inputs.shape[0] ?? 0, 2], NaN),
    };
    expect(await failuresOf(method)).toEqual({
      'predicts probabilities': "method contract: head 0's probabilities of sample 0 sum to NaN",
    });
  });

  it('finds a recipe that changes from one call to the next', async () => {
    let calls = 0;
    const method: Definition = {
      ...sound,
      views: (_options, { input }) => ({
        groups: {
          [`group${calls++}`]: {
            count: 1,
            transforms: [{ name: 'resize', size: input.shape.slice(0, 2) }],
          },
        },
      }),
    };
    expect((await failuresOf(method))['has a recipe of views that is valid, pure and plain JSON']).toMatch(
      /^method contract: the recipe, asked for twice differs/,
    );
  });

  it.each([Infinity, NaN])('finds a recipe whose %s does not survive JSON', async (sigma) => {
    const method: Definition = {
      ...sound,
      views: (_options, { input }) => ({
        groups: {
          global: {
            count: 1,
            transforms: [
              { name: 'resize', size: input.shape.slice(0, 2) },
              { name: 'gaussianNoise', sigma, probability: 0 },
            ],
          },
        },
      }),
    };
    expect(Object.keys(await failuresOf(method))).toContain(
      'has a recipe of views that is valid, pure and plain JSON',
    );
  });
});
