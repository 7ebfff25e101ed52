import * as tf from '@tensorflow/tfjs-core';

/** As in `maeLoss`. */
const epsilon = 1e-6;

/**
 * Patches as pixels again, where they were predicted as normalised ones: each times the deviation of its target, plus
 * its mean, as in the authors' pictures of MAE. The inverse of what `maeLoss` does to targets with `normalizePixels`.
 *
 * @param patches `[batch, patches, values]`, at least 2 values
 * @param target of the same shape: the patches that mean and deviation are of
 */
export function denormalizePatches(patches: tf.Tensor3D, target: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const mean = tf.mean(target, 2, true);
    const centred = tf.sub(target, mean);
    const variance = tf.div(tf.sum(tf.square(centred), 2, true), target.shape[2] - 1);
    return tf.add(tf.mul(patches, tf.sqrt(tf.add(variance, epsilon))), mean);
  });
}
