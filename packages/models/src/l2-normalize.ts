import * as tf from '@tensorflow/tfjs-core';

/**
 * Each row divided by its Euclidean norm, or by `epsilon` where that is larger: `x / max(‖x‖, ε)`, PyTorch's
 * `F.normalize`. The gradient of a zero row is the incoming one divided by `epsilon`, not NaN.
 *
 * @param x `[rows, dim]`
 * @param epsilon default 1e-12
 */
export function l2Normalize(x: tf.Tensor2D, epsilon = 1e-12): tf.Tensor2D {
  const normalize = tf.customGrad((input, save) => {
    const rows = input as tf.Tensor2D;
    const divisor = tf.maximum(tf.norm(rows, 2, 1, true), epsilon);
    const value = tf.div<tf.Tensor2D>(rows, divisor);
    (save as tf.GradSaveFunc)([value, divisor]);
    return {
      value,
      gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => {
        const [y, by] = saved as [tf.Tensor2D, tf.Tensor2D];
        // Along its own direction a row cannot change its unit length; where the norm was clamped, it can.
        const along = tf.mul(tf.sum(tf.mul(dy, y), 1, true), tf.greater(by, epsilon));
        return tf.div(tf.sub(dy, tf.mul(y, along)), by);
      },
    };
  });
  return normalize(x) as tf.Tensor2D;
}
