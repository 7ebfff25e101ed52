import * as tf from '@tensorflow/tfjs-core';
import { SslAdamUpdate, type AdamUpdateAttrs } from '../kernel-names.ts';
import { checkSameShapes } from './check-same-shapes.ts';
import { runKernel } from './run-kernel.ts';

/** What an update of Adam reads, and what it gives: all of one shape. */
export interface AdamState {
  readonly parameter: tf.Tensor;
  /** Running mean of the gradients. */
  readonly mean: tf.Tensor;
  /** Running mean of their squares. */
  readonly square: tf.Tensor;
}

/**
 * `torch.optim.Adam`'s and `AdamW`'s update of one parameter (Kingma & Ba, 2015; Loshchilov & Hutter, 2019): ε is
 * outside the root and added after the bias correction. Adam adds weight decay to the gradient; AdamW first shrinks
 * the parameter by learningRate · weightDecay. Nothing is assigned, and it has no gradient.
 *
 * @throws Error where shapes differ
 */
export function adamUpdate(
  { parameter, mean, square }: AdamState,
  gradient: tf.Tensor,
  attrs: AdamUpdateAttrs,
): AdamState {
  const inputs = { parameter, gradient, mean, square };
  checkSameShapes('adamUpdate', inputs);
  const [next, nextMean, nextSquare] = runKernel(SslAdamUpdate, inputs, attrs, composed);
  return {
    parameter: next as tf.Tensor,
    mean: nextMean as tf.Tensor,
    square: nextSquare as tf.Tensor,
  };
}

function composed(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const { parameter, gradient, mean, square } = inputs as Record<
    'parameter' | 'gradient' | 'mean' | 'square',
    tf.Tensor
  >;
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step } =
    attrs as unknown as AdamUpdateAttrs;
  const couples = weightDecay > 0 && !decoupled;
  const direction = couples ? tf.add(gradient, tf.mul(parameter, weightDecay)) : gradient;
  const nextMean = tf.add(tf.mul(mean, beta1), tf.mul(direction, 1 - beta1));
  const nextSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(direction), 1 - beta2));
  const root = tf.mul(tf.sqrt(nextSquare), 1 / Math.sqrt(1 - beta2 ** step));
  const change = tf.div(tf.mul(nextMean, learningRate / (1 - beta1 ** step)), tf.add(root, epsilon));
  const shrinks = weightDecay > 0 && decoupled;
  const start = shrinks ? tf.mul(parameter, 1 - learningRate * weightDecay) : parameter;
  return [tf.sub(start, change), nextMean, nextSquare];
}
