/** A method to start from: it trains as it is, and says at each part what it is for. */
export function methodTemplate(name: string): string {
  return `import { choiceTarget } from '@ssl/augment';
import { batchAccuracy, crossEntropyLoss, groupOf, viewFeatures, type MethodDefinition } from '@ssl/losses';
import { createLinear, type Module } from '@ssl/models';
import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

// What a user may set, by --set NAME=VALUE: each with its range, a default and what it means.
const options = z.strictObject({
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('share of the target spread over both answers'),
});

type Options = z.infer<typeof options>;

// What the method adds to the backbone, by role: \`modules\` are trained, \`frozen\` networks and \`memory\` are only saved.
interface Roles {
  readonly modules: { readonly classifier: Module<tf.Tensor2D, tf.Tensor2D> };
}

// What the networks make of a batch: the first axis is the sample.
interface Outputs {
  readonly features: tf.Tensor2D;
  readonly logits: tf.Tensor2D;
  readonly [name: string]: tf.Tensor;
}

export const method: MethodDefinition<Options, Roles, Outputs> = {
  name: '${name}',
  description: 'tells whether an image stands on its head',
  options,
  augmentationStrength: 'weak',
  collapseAdvice: 'lower optimizer.learningRate',

  // The views of a sample, as data: the run's augmentation, and what the method adds to it. A oneOf with
  // \`target: true\` labels its views.
  views: (_options, { augmentation }) => ({
    groups: {
      view: {
        count: 1,
        transforms: [
          ...augmentation.view,
          { name: 'oneOf', target: true, choices: [[], [{ name: 'rotate90', turns: 2 }]] },
        ],
      },
    },
  }),

  // Heads, decoder, queue, moving average. All chance comes from \`random\`.
  init: ({ backbone, random }) => ({
    modules: {
      classifier: createLinear({ inDim: backbone.featureDim, outDim: 2, random: random.split('classifier') }),
    },
  }),

  // The networks, sample by sample. Runs inside the gradient tape, and writes nothing.
  forward({ backbone, modules }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    return { features, logits: modules.classifier.forward(features, at.forward) };
  },

  // The loss over the whole batch: no network in it.
  objective({ logits }, views, { options }) {
    const targets = groupOf(views, 'view').targets[choiceTarget] as tf.Tensor1D;
    return {
      loss: crossEntropyLoss(logits, targets, options),
      metrics: { accuracy: batchAccuracy(logits, targets) },
    };
  },

  // How the numbers are to be read: the report and the watch for collapse do.
  metrics: () => ({
    loss: { title: 'cross-entropy', unit: 'nats', chance: Math.log(2) },
    accuracy: { title: 'accuracy', range: [0, 1], chance: 0.5, isHeadline: true },
  }),
};
`;
}

/** The test of a method: the contract that every method holds. */
export function methodTestTemplate(name: string): string {
  return `// ssl methods check ${name}.ts, or where @ssl/trainer is installed:
// node --import @ssl/trainer/register --test ${name}.test.ts
import { test } from 'node:test';
import { useBackend } from '@ssl/backend/node';
import { methodContract } from '@ssl/train/testing';
import { method } from './${name}.ts';

await useBackend('wasm', { threads: 1 });

for (const check of methodContract(method)) test(check.name, check.run);
`;
}
