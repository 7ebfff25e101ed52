/** A method to start from: it trains as it is, and says at each part what it is for. */
export function methodTemplate(name: string): string {
  return `import { cifar10Normalization } from '@ssl/augment';
import { batchAccuracy, crossEntropyLoss, viewFeatures, type MethodDefinition, type MethodState } from '@ssl/losses';
import { createLinear, treesOf, type Module } from '@ssl/models';
import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

// What a user may set, by --set NAME=VALUE: each with its range, a default and what it means.
const options = z.strictObject({
  leastArea: z.number().positive().max(1).default(0.3).describe('share of the image that a crop holds at least'),
});

type Options = z.infer<typeof options>;

// What the method adds to the backbone. Everything that is to be saved stands in \`trainable\` or \`buffers\`.
interface State extends MethodState {
  readonly classifier: Module<tf.Tensor2D, tf.Tensor2D>;
}

export const method: MethodDefinition<Options, State> = {
  name: '${name}',
  description: 'tells whether an image stands on its head',
  options,
  collapseAdvice: 'lower optimizer.learningRate',

  // The views of an image, as data: workers make them. A oneOf with \`target: true\` labels its views.
  views: ({ leastArea }, { height, width, channels }) => ({
    groups: {
      view: {
        count: 1,
        transforms: [
          { name: 'randomResizedCrop', size: [height, width], scale: [leastArea, 1] },
          { name: 'oneOf', target: true, choices: [[], [{ name: 'rotate90', turns: 2 }]] },
          channels === 3
            ? { name: 'normalize', ...cifar10Normalization }
            : { name: 'normalize', mean: [0.5], std: [0.25] },
        ],
      },
    },
  }),

  // Heads, decoder, queue, moving average. All chance comes from \`random\`.
  init({ backbone, random }) {
    const classifier = createLinear({ inDim: backbone.featureDim, outDim: 2, random: random.split('classifier') });
    const { parameters: trainable, buffers } = treesOf({ backbone, classifier });
    return { backbone, classifier, trainable, buffers };
  },

  // Runs inside the gradient tape, and writes nothing: state changes in beforeStep and afterStep.
  loss({ backbone, classifier }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const logits = classifier.forward(features, at.forward);
    const targets = views.groups['view']?.targets as tf.Tensor1D;
    return {
      loss: crossEntropyLoss(logits, targets),
      features,
      metrics: { accuracy: batchAccuracy(logits, targets) },
    };
  },
};
`;
}

/** The test of a method: the contract that every method holds. */
export function methodTestTemplate(name: string): string {
  return `// ssl methods check ${name}.ts, or where @ssl/trainer is installed:
// node --import @ssl/trainer/register --test ${name}.test.ts
import { test } from 'node:test';
import { useBackend } from '@ssl/backend/node';
import { methodContract } from '@ssl/losses/testing';
import { method } from './${name}.ts';

await useBackend('wasm', { threads: 1 });

for (const check of methodContract(method)) test(check.name, check.run);
`;
}
