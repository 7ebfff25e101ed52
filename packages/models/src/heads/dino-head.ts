import { gelu } from '@ssl/backend';
import type { Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import { createBatchNorm } from '../batch-norm.ts';
import { truncatedNormal02 } from '../initializers.ts';
import { l2Normalize } from '../l2-normalize.ts';
import { createLinear } from '../linear.ts';
import type { ForwardContext, Module } from '../module.ts';
import { treesOf } from '../parameter-tree.ts';
import { createWeightNormClassifier } from './weight-norm-classifier.ts';

/** What a DINO head is made of. */
export interface DinoHeadOptions {
  readonly inDim: number;
  /** Size of the two hidden layers; the authors' is 2048. */
  readonly hiddenDim: number;
  /** Length of the normalised embedding; the authors' is 256. */
  readonly bottleneckDim: number;
  /** Number of prototypes; the authors' is 65536. */
  readonly outDim: number;
  /** Whether the prototypes keep length 1; default true. */
  readonly normLastLayer?: boolean;
  /** Batch norm before each GELU; default false. */
  readonly batchNorm?: boolean;
  readonly random: Random;
}

/** A head in two halves. */
export interface DinoHead extends Module<tf.Tensor2D, tf.Tensor2D> {
  /** `[batch, inDim]` → `[batch, bottleneckDim]`, rows of unit length. */
  embed(x: tf.Tensor2D, context: ForwardContext): tf.Tensor2D;
  /** Embeddings → logits `[batch, outDim]`. */
  score(embeddings: tf.Tensor2D, context: ForwardContext): tf.Tensor2D;
}

/**
 * The projection head of DINO (Caron et al., ICCV 2021; facebookresearch/dino@7c446df, vision_transformer.py
 * `DINOHead`): three linear layers with GELU between, L2 normalisation, and a weight-normed linear layer without bias.
 * Names are the authors': `mlp.0.weight`, …, `last_layer.weight_g` and `last_layer.weight_v`.
 */
export function createDinoHead(options: DinoHeadOptions): DinoHead {
  const {
    inDim,
    hiddenDim,
    bottleneckDim,
    outDim,
    normLastLayer = true,
    batchNorm = false,
    random,
  } = options;
  const dims = [inDim, hiddenDim, hiddenDim, bottleneckDim];
  const layers = [0, 1, 2].map((index) => ({
    linear: createLinear({
      inDim: dims[index] as number,
      outDim: dims[index + 1] as number,
      random: random.split('mlp', index),
      initializer: truncatedNormal02,
    }),
    norm: batchNorm && index < 2 ? createBatchNorm({ channels: hiddenDim }) : undefined,
  }));
  const lastLayer = createWeightNormClassifier({
    inDim: bottleneckDim,
    classes: outDim,
    trainableScale: !normLastLayer,
    random: random.split('last_layer'),
  });
  // Activations count in the authors' numbering.
  const stride = batchNorm ? 3 : 2;
  const parts = layers.flatMap(({ linear, norm }, index) => [
    [`mlp.${stride * index}`, linear] as const,
    ...(norm ? [[`mlp.${stride * index + 1}`, norm] as const] : []),
  ]);

  function embed(x: tf.Tensor2D, context: ForwardContext): tf.Tensor2D {
    let rows = x;
    for (const [index, { linear, norm }] of layers.entries()) {
      rows = linear.forward(rows, context);
      if (norm) rows = norm.forward(rows, context);
      if (index < layers.length - 1) rows = gelu(rows);
    }
    return l2Normalize(rows);
  }

  return {
    ...treesOf({ ...Object.fromEntries(parts), last_layer: lastLayer }),
    embed,
    score: (embeddings, context) => lastLayer.forward(embeddings, context),
    forward: (x, context) => lastLayer.forward(embed(x, context), context),
  };
}
