import * as tf from '@tensorflow/tfjs-core';

/**
 * Tokens of each sample by their indices; an index may occur more than once. Differentiable with respect to `x`.
 *
 * @param x `[batch, tokens, dim]`
 * @param indices int32 `[batch, kept]`, from 0 to tokens − 1; others give undefined values
 * @returns `[batch, kept, dim]`, in the order of the indices
 * @throws Error if the batch sizes differ or the indices are not int32
 */
export function gatherTokens(x: tf.Tensor3D, indices: tf.Tensor2D): tf.Tensor3D {
  const [batch, tokens, dim] = x.shape;
  const [rows, kept] = indices.shape;
  if (rows !== batch || indices.dtype !== 'int32') {
    throw new Error(
      `gatherTokens: expected int32 indices [${batch},kept], got ${indices.dtype} [${indices.shape.join(',')}]`,
    );
  }
  // Rows of one matrix, as tfjs's gradient of a gather by batches takes each sample by itself.
  const starts = tf.tensor2d(
    Int32Array.from({ length: batch }, (_, row) => row * tokens),
    [batch, 1],
    'int32',
  );
  const places = tf.reshape(tf.add(indices, starts), [batch * kept]);
  return tf.reshape(tf.gather(tf.reshape(x, [batch * tokens, dim]), places), [batch, kept, dim]);
}

/**
 * The same for ids, or other whole numbers, of tokens.
 *
 * @param ids int32 `[batch, tokens]`, at most 2²⁴ in size
 * @param indices int32 `[batch, kept]`, as for {@link gatherTokens}
 * @returns int32 `[batch, kept]`
 * @throws Error as {@link gatherTokens}
 */
export function gatherIds(ids: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
  const gathered = gatherTokens(tf.cast(tf.expandDims<tf.Tensor3D>(ids, 2), 'float32'), indices);
  return tf.cast(tf.squeeze<tf.Tensor2D>(gathered, [2]), 'int32');
}
