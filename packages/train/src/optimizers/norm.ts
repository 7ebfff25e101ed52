import * as tf from '@tensorflow/tfjs-core';

/**
 * Sum of the squares of all values, a scalar. The last axis is summed first: one long float32 sum would lose
 * digits of large tensors.
 */
export function squaredNorm(x: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const squares = tf.square(x);
    return tf.sum(x.rank > 1 ? tf.sum(squares, -1) : squares);
  });
}

/** Euclidean norm over all values of all tensors, a scalar. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => tf.sqrt(tf.sum(tf.stack(tensors.map(squaredNorm)))));
}
