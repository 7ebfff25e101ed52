import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { uniformFanIn, type Initializer } from './initializers.ts';
import type { Module } from './module.ts';
import type { Parameter } from './parameter.ts';
import { createParameter } from './parameter-tree.ts';

/** What a linear layer is made of. */
export interface LinearOptions {
  readonly inDim: number;
  readonly outDim: number;
  /** Whether to add a bias; default true. */
  readonly bias?: boolean;
  readonly random: Random;
  /**
   * How the weight starts. Default: PyTorch's, uniform in ±1/√inDim, and the bias alike; with any other the
   * bias starts at 0.
   */
  readonly initializer?: Initializer;
}

/** A linear layer, `[batch, inDim]` → `[batch, outDim]`; parameters `weight` and `bias`. */
export function createLinear(options: LinearOptions): Module<tf.Tensor2D, tf.Tensor2D> {
  const { inDim, outDim, bias = true, random, initializer = uniformFanIn } = options;
  const fans = { fanIn: inDim, fanOut: outDim };
  const weight = createParameter(
    initializer(random.split('weight'), inDim * outDim, fans),
    [inDim, outDim],
    'linear',
  );
  const parameters = new Map<string, Parameter>([['weight', weight]]);
  const kernel = weight.variable as unknown as tf.Tensor2D;
  if (!bias) {
    return { parameters, buffers: new Map(), forward: (x) => tf.matMul(x, kernel) };
  }

  const start =
    initializer === uniformFanIn
      ? uniformFanIn(random.split('bias'), outDim, fans)
      : new Float32Array(outDim);
  const offset = createParameter(start, [outDim], 'same');
  parameters.set('bias', offset);
  return {
    parameters,
    buffers: new Map(),
    forward: (x) => tf.add(tf.matMul(x, kernel), offset.variable),
  };
}
