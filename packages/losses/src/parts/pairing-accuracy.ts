import { l2Normalize } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The share of rows whose nearest other row, by the cosine, is the other view of their sample: a scalar in [0, 1].
 *
 * @param projections `[2 × batch, dim]`: of view 1 of all samples, then of view 2
 */
export function pairingAccuracy(projections: tf.Tensor2D): tf.Scalar {
  const [rows] = projections.shape;
  return tf.tidy(() => {
    const unit = l2Normalize(projections);
    const cosines = tf.sub(tf.matMul(unit, unit, false, true), tf.mul(tf.eye(rows), 4));
    const partners = Int32Array.from({ length: rows }, (_, row) => (row + rows / 2) % rows);
    const isRight = tf.equal(tf.argMax(cosines, 1), tf.tensor1d(partners, 'int32'));
    return tf.mean(tf.cast(isRight, 'float32')) as tf.Scalar;
  });
}
