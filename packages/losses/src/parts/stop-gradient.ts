import * as tf from '@tensorflow/tfjs-core';

/**
 * The result of `compute` as a constant to the gradient tape: nothing inside is recorded, and `inputs` get no
 * gradient through it. For ops without gradients (top-k) and for targets that a loss does not train.
 */
export function stopGradient<Result extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  compute: () => Result,
): Result {
  // The inputs may be disposed by the time of the backward pass.
  const shapes = inputs.map(({ shape }) => shape);
  const constant = tf.customGrad(() => ({
    value: compute(),
    gradFunc: () => shapes.map((shape) => tf.zeros(shape)),
  }));
  return constant(...inputs) as Result;
}
