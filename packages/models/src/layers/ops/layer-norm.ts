import * as tf from '@tensorflow/tfjs-core';

/**
 * Layer normalisation over the last axis: `(x − mean) / √(variance + ε) · gamma + beta`, with the biased variance
 * (Ba et al., 2016, equations 3 and 4).
 *
 * @param x float32 `[…, dim]`
 * @param gamma `[dim]`
 * @param beta `[dim]`
 * @returns as `x`
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  { epsilon }: { readonly epsilon: number },
): T {
  const dim = x.shape.at(-1) as number;
  const rows = tf.reshape<tf.Rank.R2>(x, [-1, dim]);
  const normalize = tf.customGrad((input, scale, offset, save) => {
    const centred = tf.sub(input as tf.Tensor, tf.mean(input as tf.Tensor, 1, true));
    const variance = tf.mean(tf.square(centred), 1, true);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const normalized = tf.mul(centred, inverse);
    (save as tf.GradSaveFunc)([normalized, inverse, scale as tf.Tensor]);
    return {
      value: tf.add(tf.mul(normalized, scale as tf.Tensor), offset as tf.Tensor),
      // A tidy of its own, as customGrad keeps what its gradient makes until the end of the whole backward pass.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.tidy(() => {
          const [y, by, weight] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
          const scaled = tf.mul(dy, weight);
          const along = tf.mul(y, tf.mean(tf.mul(scaled, y), 1, true));
          const dx = tf.mul(tf.sub(tf.sub(scaled, tf.mean(scaled, 1, true)), along), by);
          return [dx, tf.sum(tf.mul(dy, y), 0), tf.sum(dy, 0)];
        }),
    };
  });
  return tf.reshape(normalize(rows, gamma, beta), x.shape) as T;
}
