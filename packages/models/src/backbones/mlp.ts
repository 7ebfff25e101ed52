import { describeShape, sizeOfShape, type InputSpec } from '@ssl/augment';
import { createRandom, type Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Backbone } from '../backbone.ts';
import { createBatchNorm } from '../batch-norm.ts';
import { createLinear } from '../linear.ts';
import type { ForwardContext } from '../module.ts';
import { copyTree, treesOf } from '../parameter-tree.ts';
import type { AnyBackboneKind } from './backbone-kind.ts';

const optionsSchema = z.strictObject({
  width: z.int().min(1).default(256).describe('units of each layer: the length of a feature'),
  layers: z.int().min(1).default(3).describe('layers of linear, batch norm and ReLU'),
});

type MlpOptions = z.output<typeof optionsSchema>;

/** A multi-layer perceptron: for arrays of any shape, which it takes as one row of numbers. */
export const mlp: AnyBackboneKind = {
  name: 'mlp',
  description: 'layers of linear, batch norm and ReLU, for tables and other arrays',
  options: optionsSchema as unknown as AnyBackboneKind['options'],
  offers: [],
  needs: ({ dtype }) => (dtype === 'float32' ? undefined : 'inputs of real numbers'),
  create: (input, options, random) => createMlpBackbone(input, options as MlpOptions, random),
};

function createMlpBackbone(input: InputSpec, options: MlpOptions, random: Random): Backbone {
  const { width, layers } = options;
  const inDim = sizeOfShape(input.shape);
  const stages = Array.from({ length: layers }, (_, index) => ({
    linear: createLinear({
      inDim: index === 0 ? inDim : width,
      outDim: width,
      random: random.split('layers', index),
    }),
    norm: createBatchNorm({ channels: width }),
  }));
  const parts = stages.flatMap(({ linear, norm }, index) => [
    [`layers.${index}.linear`, linear] as const,
    [`layers.${index}.norm`, norm] as const,
  ]);

  function features(x: tf.Tensor, context: ForwardContext): tf.Tensor2D {
    const [batch = 0, ...shape] = x.shape;
    if (sizeOfShape(shape) !== inDim) {
      throw new Error(`mlp: expected inputs [batch,${input.shape.join(',')}], got ${describeShape(x.shape)}`);
    }
    let y = tf.reshape(x, [batch, inDim]) as tf.Tensor2D;
    for (const { linear, norm } of stages) {
      y = norm.forward(linear.forward(y, context), context, { activation: 'relu' });
    }
    return y;
  }

  const backbone: Backbone = {
    name: 'mlp',
    settings: { name: 'mlp', options: { ...options }, input },
    featureDim: width,
    ...treesOf(Object.fromEntries(parts)),
    features,
    clone() {
      const copy = createMlpBackbone(input, options, createRandom(0));
      copyTree(backbone.parameters, copy.parameters);
      copyTree(backbone.buffers, copy.buffers);
      return copy;
    },
  };
  return backbone;
}
