import * as tf from '@tensorflow/tfjs-core';

/**
 * The result of `compute` as a constant to the gradient tape: nothing inside is recorded, and `inputs` get no
 * gradient through it. For ops without gradients (top-k) and for targets that a loss does not train.
 */
export function stopGradient<Result extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  compute: () => Result,
): Result {
  const constant = tf.customGrad(() => ({
    value: compute(),
    gradFunc: () => inputs.map((input) => tf.zerosLike(input)),
  }));
  return constant(...inputs) as Result;
}
