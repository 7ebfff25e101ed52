import * as tf from '@tensorflow/tfjs-core';

/** Settings of {@link attention}. */
export interface AttentionOptions {
  /** Times the products of queries and keys; default 1 / √d, with d the length of a query. */
  readonly scale?: number | undefined;
  /**
   * Which keys each sample has, `[batch, keys]`, for all of its heads and queries: of dtype `bool`, false for a key
   * that is left out (padding); of dtype `float32`, a number that is added to the scores of the key. A query none of
   * whose keys are left gets the mean of all values, not NaN. Default: all keys.
   */
  readonly keyMask?: tf.Tensor2D | undefined;
}

/** Added to the score of a key that is left out: e to the power of it is 0, and unlike −∞ it never becomes NaN. */
const leftOut = -1e9;

/**
 * Scaled dot-product attention (Vaswani et al., 2017), `torch.nn.functional.scaled_dot_product_attention`:
 * `softmax(query · keyᵀ · scale + mask) · value`.
 *
 * Differentiable in `query`, `key`, `value` and a mask of float32. It keeps the weights,
 * `[batch · heads, queries, keys]`, for the gradient.
 *
 * @param query float32 `[batch · heads, queries, d]`, the heads of a sample next to each other
 * @param key float32 `[batch · heads, keys, d]`
 * @param value float32 `[batch · heads, keys, depth]`
 * @returns `[batch · heads, queries, depth]`
 * @throws Error where shapes do not fit
 */
export function attention(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  { scale, keyMask }: AttentionOptions = {},
): tf.Tensor3D {
  const [rows, queries, length] = query.shape;
  const [, keys] = key.shape;
  checkFactors(query, key, value);
  const scaled = tf.mul(query, scale ?? 1 / Math.sqrt(length));
  const scores = tf.matMul(scaled, key, false, true);
  if (keyMask === undefined) return tf.matMul(tf.softmax(scores), value);
  const [batch] = keyMask.shape;
  if (keyMask.rank !== 2 || keyMask.shape[1] !== keys || rows % batch !== 0) {
    throw new Error(
      `attention: keyMask must be [batch, ${keys}] with ${rows} a multiple of batch, got [${keyMask.shape.join(',')}]`,
    );
  }
  const added = keyMask.dtype === 'bool' ? tf.mul(tf.sub(1, tf.cast(keyMask, 'float32')), leftOut) : keyMask;
  const byBatch = tf.reshape(scores, [batch, (rows / batch) * queries, keys]);
  const masked = tf.add(byBatch, tf.expandDims(added, 1));
  return tf.matMul(tf.softmax(tf.reshape(masked, [rows, queries, keys])), value);
}

function checkFactors(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor): void {
  const fits =
    query.rank === 3 &&
    key.rank === 3 &&
    value.rank === 3 &&
    key.shape[0] === query.shape[0] &&
    value.shape[0] === query.shape[0] &&
    key.shape[2] === query.shape[2] &&
    value.shape[1] === key.shape[1];
  if (!fits) {
    throw new Error(
      'attention: query must be [batch · heads, queries, d], key [batch · heads, keys, d] and value ' +
        `[batch · heads, keys, depth], got ${[query, key, value].map(({ shape }) => `[${shape.join(',')}]`).join(', ')}`,
    );
  }
}
