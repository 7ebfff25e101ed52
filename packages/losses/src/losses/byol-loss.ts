import { l2Normalize } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The loss of BYOL (Grill et al., NeurIPS 2020, equation 2) in both directions, as solo-learn computes it
 * (vturrisi/solo-learn@9187ea3, solo/losses/byol.py, summed over the two):
 *
 *     mean_n (2 − 2 cos(p1, z2)) + mean_n (2 − 2 cos(p2, z1))
 *
 * Gradients flow through whatever is given: hand `targets` over as constants (`stopGradient`). Rows need not be of
 * unit length; one of zeros has cosine 0 and a finite gradient.
 *
 * @param predictions `[2 × batch, dim]`: of view 1 of all images, then of view 2
 * @param targets `[2 × batch, dim]`, in the same order; each view predicts the target of the other
 * @returns a scalar in [0, 8]; 0 where each prediction points where its target does
 * @throws Error for shapes that differ, or an odd number of rows
 */
export function byolLoss(predictions: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const [rows, dim] = predictions.shape;
  if (predictions.rank !== 2 || rows % 2 !== 0 || targets.shape[0] !== rows || targets.shape[1] !== dim) {
    throw new Error(
      `byolLoss: predictions and targets must both be [2 × batch,dim], got [${predictions.shape.join(',')}] and ` +
        `[${targets.shape.join(',')}]`,
    );
  }
  return tf.tidy(() => {
    const [first, second] = tf.split(l2Normalize(targets), 2) as [tf.Tensor2D, tf.Tensor2D];
    const cosines = tf.mul(l2Normalize(predictions), tf.concat([second, first]));
    return tf.sub(4, tf.mul(tf.sum(cosines), 4 / rows)) as tf.Scalar;
  });
}
