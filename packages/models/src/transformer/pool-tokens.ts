import * as tf from '@tensorflow/tfjs-core';

/** What of a vision transformer's tokens are its features; `class-mean`: the class token, then the patches' mean. */
export type TokenPool = 'class' | 'mean' | 'class-mean';

/** Length of the features of tokens of length `dim`. */
export function pooledDim(pool: TokenPool, dim: number): number {
  return pool === 'class-mean' ? 2 * dim : dim;
}

/**
 * One vector for each image, by its class token, the mean of its patches' tokens, or both, which is how DINO scores
 * its larger models (facebookresearch/dino at 7c446df, eval_linear.py `--avgpool_patchtokens`).
 *
 * @param tokens `[batch, 1 + patches, dim]`, the class token first
 * @returns `[batch, pooledDim(pool, dim)]`
 */
export function poolTokens(pool: TokenPool, tokens: tf.Tensor3D): tf.Tensor2D {
  const [, , dim] = tokens.shape;
  const ofClass = (): tf.Tensor2D => tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [-1, dim]);
  const mean = (): tf.Tensor2D => tf.mean(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), 1);
  switch (pool) {
    case 'class':
      return ofClass();
    case 'mean':
      return mean();
    case 'class-mean':
      return tf.concat([ofClass(), mean()], 1);
  }
}
