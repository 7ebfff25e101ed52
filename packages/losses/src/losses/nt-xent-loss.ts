import { l2Normalize } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';

/** How {@link ntXentLoss} compares. */
export interface NtXentLossOptions {
  /** Divides the cosines; > 0, default 0.5. */
  readonly temperature?: number;
}

/** Taken from the similarity of a row with itself, so that its probability is 0. */
const excluded = 1e9;

/**
 * NT-Xent, the loss of SimCLR (Chen et al., ICML 2020, equation 1): each view is to be told from all other rows of the
 * batch as the other view of its image.
 *
 *     −mean_i log( exp(cos(z_i, z_j(i)) / τ) / Σ_{k ≠ i} exp(cos(z_i, z_k) / τ) )
 *
 * The same numbers as lightly 1.6 (`NTXentLoss`) and solo-learn (vturrisi/solo-learn@9187ea3, solo/losses/simclr.py).
 *
 * @param projections `[2 × batch, dim]`: of view 1 of all images, then of view 2; rows of any length
 * @returns a scalar > 0; log(2 × batch − 1) where all rows point the same way
 * @throws Error for another rank, or an odd number of rows
 */
export function ntXentLoss(
  projections: tf.Tensor2D,
  { temperature = 0.5 }: NtXentLossOptions = {},
): tf.Scalar {
  const [rows] = projections.shape;
  if (projections.rank !== 2 || rows < 2 || rows % 2 !== 0) {
    throw new Error(`ntXentLoss: projections must be [2 × batch,dim], got [${projections.shape.join(',')}]`);
  }
  return tf.tidy(() => {
    const unit = l2Normalize(projections);
    const similarities = tf.div(tf.matMul(unit, unit, false, true), temperature);
    const logits = tf.sub(similarities, tf.mul(tf.eye(rows), excluded));
    const partners = Int32Array.from({ length: rows }, (_, row) => (row + rows / 2) % rows);
    const targets = tf.cast(tf.oneHot(tf.tensor1d(partners, 'int32'), rows), 'float32');
    return tf.div(tf.sum(tf.mul(targets, tf.logSoftmax(logits))), -rows) as tf.Scalar;
  });
}
