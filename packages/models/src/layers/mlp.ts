import { gelu } from '@ssl/backend';
import type { Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import { truncatedNormal02, type Initializer } from '../initializers.ts';
import { createLinear } from '../linear.ts';
import type { ForwardContext, Module } from '../module.ts';
import { treesOf } from '../parameter-tree.ts';
import { forwardRows } from './forward-rows.ts';

/** What a transformer's MLP is made of. */
export interface MlpOptions {
  readonly dim: number;
  readonly hiddenDim: number;
  /** Length of the output's last axis; default `dim`. */
  readonly outDim?: number;
  readonly random: Random;
  /** How the weights start; default normal with deviation 0.02, as in timm. Biases start at 0. */
  readonly initializer?: Initializer;
}

/** An MLP of one hidden layer, and its two halves. */
export interface Mlp extends Module<tf.Tensor, tf.Tensor> {
  /** The hidden units after their GELU: `[…, dim]` → `[…, hiddenDim]`. */
  hidden(x: tf.Tensor, context: ForwardContext): tf.Tensor;
  /** What the second layer makes of them: `[…, hiddenDim]` → `[…, outDim]`. */
  output(hidden: tf.Tensor, context: ForwardContext): tf.Tensor;
}

/**
 * Two linear layers with an exact GELU between them, `[…, dim]` → `[…, outDim]`; parameters `fc1.weight`,
 * `fc1.bias`, `fc2.weight` and `fc2.bias`, as in timm's `Mlp`.
 */
export function createMlp(options: MlpOptions): Mlp {
  const { dim, hiddenDim, outDim = dim, random, initializer = truncatedNormal02 } = options;
  const fc1 = createLinear({ inDim: dim, outDim: hiddenDim, random: random.split('fc1'), initializer });
  const fc2 = createLinear({ inDim: hiddenDim, outDim, random: random.split('fc2'), initializer });
  const hidden: Mlp['hidden'] = (x, context) => gelu(forwardRows(fc1, x, context));
  const output: Mlp['output'] = (units, context) => forwardRows(fc2, units, context);
  return {
    ...treesOf({ fc1, fc2 }),
    hidden,
    output,
    forward: (x, context) => output(hidden(x, context), context),
  };
}
