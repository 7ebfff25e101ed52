import * as tf from '@tensorflow/tfjs-core';

/** How `attention` weighs its values. */
export interface AttentionOpOptions {
  /** Times the products of queries and keys, before the softmax. */
  readonly scale: number;
  /**
   * Which keys each sample has, `[batch, keys]`, for all of its heads and queries: of dtype `bool`, false for a key
   * that is left out (padding). Default: all keys.
   */
  readonly keyMask?: tf.Tensor2D | undefined;
}

/**
 * `softmax(scale · q kᵀ) v` (Vaswani et al., 2017, equation 1), for each sequence by itself, over the keys that are
 * not left out.
 *
 * @param q `[sequences, queries, dim]`; a sequence is a head of a sample, the heads of a sample next to each other
 * @param k `[sequences, keys, dim]`
 * @param v `[sequences, keys, dim]`
 * @returns as `q`
 */
export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  { scale, keyMask }: AttentionOpOptions,
): tf.Tensor3D {
  const mask = keyMask && additiveMask(keyMask, q.shape[0]);
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

/** 0 for the keys of a sample, −1e9 for those left out, repeated for its heads: `[sequences, 1, keys]`. */
function additiveMask(keyMask: tf.Tensor2D, sequences: number): tf.Tensor3D {
  const [batch, keys] = keyMask.shape;
  const leftOut = tf.mul(tf.sub(1, tf.cast(keyMask, 'float32')), -1e9);
  const byHead = tf.tile(tf.reshape(leftOut, [batch, 1, keys]), [1, sequences / batch, 1]);
  return tf.reshape(byHead, [sequences, 1, keys]);
}
