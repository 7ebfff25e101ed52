import { useBackend } from '@ssl/backend/node';
import { createLinear, createParameter, mergeTrees, treesOf, type BufferTree } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MethodDefinition, MethodState } from '../method.ts';
import { viewFeatures } from '../view-features.ts';
import { methodContract } from './method-contract.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

interface State extends MethodState {
  readonly head: ReturnType<typeof createLinear>;
}

type Definition = MethodDefinition<object, State>;

/** A method that holds the contract: features are to be mapped to ones. */
const sound: Definition = {
  name: 'sound',
  description: 'for tests',
  options: z.strictObject({}),
  views: (_options, { height, width }) => ({
    groups: { global: { count: 1, transforms: [{ name: 'resize', size: [height, width] }] } },
  }),
  init({ backbone, random }) {
    const head = createLinear({ inDim: backbone.featureDim, outDim: 2, random });
    const { parameters: trainable, buffers } = treesOf({ backbone, head });
    return { backbone, head, trainable, buffers };
  },
  loss({ backbone, head }, views, { forward }) {
    const features = viewFeatures(backbone, views, forward);
    const loss = tf.mean(tf.square(tf.sub(head.forward(features, forward), 1))) as tf.Scalar;
    return { loss, features, metrics: { meanLoss: tf.clone(loss) } };
  },
  heads: () => [2],
  predict: ({ backbone, head }, images) =>
    tf.tidy(() => {
      const context = { training: false };
      return tf.softmax(head.forward(backbone.forward(images, context), context));
    }),
};

/** The message of every check that fails, by the check's name. */
async function failuresOf(method: Definition): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  const settings = { image: { height: 4, width: 4, channels: 3 }, batchSize: 4, width: 1 };
  for (const { name, run } of methodContract(method, settings)) {
    try {
      await run();
    } catch (error) {
      failures[name] = (error as Error).message;
    }
  }
  return failures;
}

function addBuffers(state: State, more: BufferTree): State {
  return { ...state, buffers: mergeTrees({ '': state.buffers, more }) };
}

describe('methodContract', () => {
  it('passes a sound method', async () => {
    expect(await failuresOf(sound)).toEqual({});
  });

  it('finds a trainable without a gradient', async () => {
    const method: Definition = {
      ...sound,
      init(context, options) {
        const state = sound.init(context, options);
        const idle = createParameter(new Float32Array(1), [1], 'same');
        return {
          ...state,
          trainable: mergeTrees({ '': state.trainable, idle: new Map([['weight', idle]]) }),
        };
      },
    };
    expect(await failuresOf(method)).toEqual({
      'gives every trainable a gradient, and no buffer': 'method contract: "idle.weight" gets no gradient',
    });
  });

  it('finds a buffer that an optimizer could change', async () => {
    const method: Definition = {
      ...sound,
      init: (context, options) =>
        addBuffers(
          sound.init(context, options),
          new Map([['mean', createParameter(new Float32Array(1), [1], 'same')]]),
        ),
    };
    expect(await failuresOf(method)).toEqual({
      'gives every trainable a gradient, and no buffer':
        'method contract: the buffer "more.mean" is marked trainable',
    });
  });

  it('finds state that the loss writes, and that is not saved', async () => {
    let calls = 0;
    const writing: Definition = {
      ...sound,
      loss(state, views, at) {
        const output = sound.loss(state, views, at);
        return { ...output, loss: tf.add(output.loss, calls++) };
      },
    };
    const failures = await failuresOf(writing);
    expect(Object.keys(failures)).toEqual([
      'writes no state in its loss',
      'gives the same numbers for the same seed',
      'goes on from a checkpoint as if it had never stopped',
    ]);
    expect(failures['writes no state in its loss']).toMatch(
      /^method contract: the loss of the same step, asked for twice differs/,
    );
  });

  it('finds leaked tensors', async () => {
    const method: Definition = {
      ...sound,
      afterStep: () => {
        tf.keep(tf.scalar(1));
      },
    };
    expect(Object.keys(await failuresOf(method))).toEqual(['leaks no tensor']);
  });

  it('finds a loss that is not finite', async () => {
    const method: Definition = {
      ...sound,
      loss(state, views, at) {
        const output = sound.loss(state, views, at);
        return { ...output, loss: tf.div(output.loss, 0) };
      },
    };
    expect((await failuresOf(method))['takes three steps with a finite loss']).toMatch(
      /the loss of step 0 is Infinity/,
    );
  });

  it('finds predictions that are no probabilities', async () => {
    const method: Definition = {
      ...sound,
      predict: (_state, images) => tf.ones([images.shape[0], 2]),
    };
    expect(await failuresOf(method)).toEqual({
      'predicts probabilities, where it predicts':
        "method contract: head 0's probabilities of image 0 sum to 2",
    });
  });

  it('finds a recipe that changes from one call to the next', async () => {
    let calls = 0;
    const method: Definition = {
      ...sound,
      views: (_options, { height, width }) => ({
        groups: {
          [`group${calls++}`]: { count: 1, transforms: [{ name: 'resize', size: [height, width] }] },
        },
      }),
    };
    expect((await failuresOf(method))['has a recipe of views that is valid, pure and plain JSON']).toMatch(
      /^method contract: the recipe, asked for twice differs/,
    );
  });
});
