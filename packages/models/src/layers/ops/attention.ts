import * as tf from '@tensorflow/tfjs-core';

/** How `attention` weighs its values. */
export interface AttentionOpOptions {
  /** Times the products of queries and keys, before the softmax. */
  readonly scale: number;
  /**
   * Added to the scaled products: 0 where a query may attend to a key, a large negative number where not.
   * Float32, `[sequences, 1, keys]` or `[sequences, queries, keys]`. It gets no gradient.
   */
  readonly mask?: tf.Tensor3D;
}

/**
 * `softmax(scale · q kᵀ + mask) v` (Vaswani et al., 2017, equation 1), for each sequence by itself.
 *
 * @param q `[sequences, queries, dim]`; each head of each sample is a sequence
 * @param k `[sequences, keys, dim]`
 * @param v `[sequences, keys, dim]`
 * @returns as `q`
 */
export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  { scale, mask }: AttentionOpOptions,
): tf.Tensor3D {
  const attend = tf.customGrad((queries, keys, values, save) => {
    const products = tf.matMul(tf.mul(queries as tf.Tensor, scale), keys as tf.Tensor, false, true);
    const weights = tf.softmax(mask ? tf.add(products, mask) : products);
    const value = tf.matMul(weights, values as tf.Tensor);
    (save as tf.GradSaveFunc)([queries as tf.Tensor, keys as tf.Tensor, values as tf.Tensor, weights, value]);
    return {
      value,
      // A tidy of its own, as customGrad keeps what its gradient makes until the end of the whole backward pass.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.tidy(() => {
          const [query, key, content, weight, y] = saved as [
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
          ];
          // The softmax's inner product over the keys equals this shorter one over the values' dimensions.
          const inner = tf.sum(tf.mul(dy, y), 2, true);
          const dProducts = tf.mul(weight, tf.sub(tf.matMul(dy, content, false, true), inner));
          return [
            tf.mul(tf.matMul(dProducts, key), scale),
            tf.mul(tf.matMul(dProducts, query, true, false), scale),
            tf.matMul(weight, dy, true, false),
          ];
        }),
    };
  });
  return attend(q, k, v) as tf.Tensor3D;
}
