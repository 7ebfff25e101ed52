import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { createBatchNorm } from '../batch-norm.ts';
import { truncatedNormal02, uniformFanIn } from '../initializers.ts';
import { l2Normalize } from '../l2-normalize.ts';
import { createLinear } from '../linear.ts';
import type { Module } from '../module.ts';
import { treesOf } from '../parameter-tree.ts';

/** What a projection head is made of. */
export interface ProjectionHeadOptions {
  readonly inDim: number;
  /** Size of the hidden layers; default 512 (Self-Classifier's paper: 4096). */
  readonly hiddenDim?: number;
  /** Hidden layers before the last linear one, 0 or more; default 2. */
  readonly hiddenLayers?: number;
  /** Length of the embedding; default 128. */
  readonly outDim?: number;
  /** After each hidden layer's batch norm: LeakyReLU of slope 0.01, the default, or ReLU. */
  readonly activation?: 'leaky-relu' | 'relu';
  /** Whether a batch norm without weight and bias stands behind the last linear layer; default false. */
  readonly outputNorm?: boolean;
  /** Whether the last linear layer has a bias; default: where no batch norm takes it away again. */
  readonly outputBias?: boolean;
  /** Whether rows come out with unit length; default true. */
  readonly normalize?: boolean;
  /**
   * How the linear layers start: `truncated-normal` of deviation 0.02 with biases 0 (the authors' code, the
   * default), or `pytorch`, uniform in ±1/√(fan in), biases too.
   */
  readonly initialization?: 'truncated-normal' | 'pytorch';
  readonly random: Random;
}

/**
 * The projection MLP of Self-Classifier (Amrani et al., 2022), `[batch, inDim]` → `[batch, outDim]`: hidden
 * layers of linear → batch norm → LeakyReLU, a linear layer, then L2 normalisation (ε 1e-7). By its options it is the
 * projector or predictor of other methods, too.
 *
 * Parameters are named as in the authors' checkpoints: `mlp.0.weight` … with the activations counted in.
 */
export function createProjectionHead(options: ProjectionHeadOptions): Module<tf.Tensor2D, tf.Tensor2D> {
  const { inDim, hiddenDim = 512, hiddenLayers = 2, outDim = 128 } = options;
  const { outputNorm = false, outputBias = !outputNorm, normalize = true, random } = options;
  const initializer = options.initialization === 'pytorch' ? uniformFanIn : truncatedNormal02;
  const activate = options.activation === 'relu' ? tf.relu<tf.Tensor2D> : leakyRelu;

  const hidden = Array.from({ length: hiddenLayers }, (_, index) => ({
    linear: createLinear({
      inDim: index === 0 ? inDim : hiddenDim,
      outDim: hiddenDim,
      random: random.split('mlp', index),
      initializer,
    }),
    norm: createBatchNorm({ channels: hiddenDim }),
  }));
  const last = createLinear({
    inDim: hiddenLayers === 0 ? inDim : hiddenDim,
    outDim,
    random: random.split('mlp', hiddenLayers),
    initializer,
    bias: outputBias,
  });
  const lastNorm = outputNorm ? createBatchNorm({ channels: outDim, affine: false }) : undefined;

  const parts = hidden.flatMap(({ linear, norm }, index) => [
    [`mlp.${3 * index}`, linear] as const,
    [`mlp.${3 * index + 1}`, norm] as const,
  ]);
  return {
    ...treesOf(
      Object.fromEntries([
        ...parts,
        [`mlp.${3 * hiddenLayers}`, last] as const,
        ...(lastNorm ? [[`mlp.${3 * hiddenLayers + 1}`, lastNorm] as const] : []),
      ]),
    ),
    forward(x, context) {
      let rows = x;
      for (const { linear, norm } of hidden) {
        rows = activate(norm.forward(linear.forward(rows, context), context));
      }
      const linear = last.forward(rows, context);
      const embedding = lastNorm?.forward(linear, context) ?? linear;
      return normalize ? l2Normalize(embedding, 1e-7) : embedding;
    },
  };
}

function leakyRelu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.leakyRelu(x, 0.01);
}
