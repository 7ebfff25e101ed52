import * as tf from '@tensorflow/tfjs-core';

/** How a direction becomes a step. */
export interface MomentumOptions {
  /** Share of the last step that is kept, [0, 1). */
  readonly momentum: number;
  /** Nesterov's look-ahead, in PyTorch's form. */
  readonly nesterov: boolean;
}

/**
 * PyTorch's SGD step, without dampening: v ← momentum · v + d, p ← p − rate · v, or with Nesterov
 * p ← p − rate · (d + momentum · v). The rate multiplies the buffer and is not inside it.
 *
 * @param velocity v, or `undefined` without momentum
 * @param direction d: the gradient, with weight decay and scaling where there are any
 */
export function momentumStep(
  variable: tf.Variable,
  velocity: tf.Variable | undefined,
  direction: tf.Tensor,
  learningRate: number,
  { momentum, nesterov }: MomentumOptions,
): void {
  let step = direction;
  if (velocity !== undefined) {
    const next = tf.add(tf.mul(velocity, momentum), direction);
    velocity.assign(next);
    step = nesterov ? tf.add(direction, tf.mul(next, momentum)) : next;
  }
  variable.assign(tf.sub(variable, tf.mul(step, learningRate)));
}
