import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean of each channel over height and width.
 *
 * @param x float32 `[batch, height, width, channels]`
 * @returns `[batch, channels]`
 * @throws Error where `x` has another rank
 */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  if (x.rank !== 4) {
    throw new Error(
      `globalAveragePool: x must be [batch, height, width, channels], got [${x.shape.join(',')}]`,
    );
  }
  return tf.mean(x, [1, 2]);
}
