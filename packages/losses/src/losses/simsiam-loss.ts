import { l2Normalize } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The loss of SimSiam (Chen and He, CVPR 2021, equation 2; facebookresearch/simsiam@a7bc177, main_simsiam.py):
 *
 *     −(mean_n cos(p1, z2) + mean_n cos(p2, z1)) / 2
 *
 * Gradients flow through whatever is given: hand `targets` over as constants (`stopGradient`). Rows need not be of
 * unit length; one of zeros has cosine 0 and a finite gradient.
 *
 * @param predictions `[2 × batch, dim]`: of view 1 of all images, then of view 2
 * @param targets `[2 × batch, dim]`, in the same order; each view predicts the target of the other
 * @returns a scalar in [−1, 1]; −1 where each prediction points where its target does
 * @throws Error for shapes that differ, or an odd number of rows
 */
export function simsiamLoss(predictions: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const [rows] = predictions.shape;
  if (predictions.rank !== 2 || rows % 2 !== 0 || targets.shape.join() !== predictions.shape.join()) {
    throw new Error(
      `simsiamLoss: predictions and targets must both be [2 × batch,dim], got [${predictions.shape.join(',')}] and ` +
        `[${targets.shape.join(',')}]`,
    );
  }
  return tf.tidy(() => {
    const [first, second] = tf.split(targets, 2) as [tf.Tensor2D, tf.Tensor2D];
    return negativeCosine(predictions, tf.concat([second, first]));
  });
}

/**
 * −mean_n cos(a_n, b_n) of rows `[rows, dim]`: lightly's `NegativeCosineSimilarity`.
 *
 * @returns a scalar in [−1, 1]
 */
export function negativeCosine(a: tf.Tensor2D, b: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const cosines = tf.mul(l2Normalize(a, 1e-8), l2Normalize(b, 1e-8));
    return tf.div(tf.sum(cosines), -a.shape[0]) as tf.Scalar;
  });
}
