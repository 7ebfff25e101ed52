import * as tf from '@tensorflow/tfjs-core';
import type { ForwardContext, Module } from '../module.ts';

/**
 * Runs a layer that takes rows on a tensor of any rank: `[…, inDim]` → `[…, outDim]`. As one matrix, since a
 * product of batches is slower on every backend.
 */
export function forwardRows(
  layer: Module<tf.Tensor2D, tf.Tensor2D>,
  x: tf.Tensor,
  context: ForwardContext,
): tf.Tensor {
  const rows = tf.reshape<tf.Rank.R2>(x, [-1, x.shape.at(-1) as number]);
  return tf.reshape(layer.forward(rows, context), [...x.shape.slice(0, -1), -1]);
}
