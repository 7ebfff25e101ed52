import * as tf from '@tensorflow/tfjs-core';

/** Settings of {@link maeLoss}. */
export interface MaeLossOptions {
  /**
   * Whether each target patch is normalised by its own mean and unbiased variance (ε 1e-6 inside the root); default
   * false, as in the authors' code. The paper's best representations are learned with it.
   */
  readonly normalizePixels?: boolean;
}

/** Added to the variance of a patch, as in the authors' code. */
const epsilon = 1e-6;

/**
 * The loss of masked autoencoders (He et al., MAE, 2022, section 3): the mean squared error of the removed patches;
 * as the authors compute it (facebookresearch/mae@efb2a80, models_mae.py, `forward_loss`).
 *
 * @param prediction `[batch, patches, values]`: reconstructed patches, or normalised ones with `normalizePixels`
 * @param target `[batch, patches, values]`: the patches of the images (`patchify`)
 * @param mask `[batch, patches]` float32: 1 for a removed patch, which counts, 0 for a kept one
 * @returns a scalar ≥ 0, the mean over all removed patches of the batch; 0 where none is removed
 * @throws Error for shapes that do not match, or `normalizePixels` with one value a patch, which has no variance
 */
export function maeLoss(
  prediction: tf.Tensor3D,
  target: tf.Tensor3D,
  mask: tf.Tensor2D,
  { normalizePixels = false }: MaeLossOptions = {},
): tf.Scalar {
  checkShapes(prediction, target, mask);
  const values = target.shape[2];
  if (normalizePixels && values < 2) {
    throw new Error('maeLoss: normalizePixels needs patches of at least 2 values, got 1');
  }
  return tf.tidy(() => {
    const wanted = normalizePixels ? normalizedPatches(target) : target;
    const errors = tf.mean(tf.square(tf.sub(prediction, wanted)), 2);
    // The mask holds zeros and ones: its sum is 0 or at least 1.
    return tf.div(tf.sum(tf.mul(errors, mask)), tf.maximum(tf.sum(mask), 1)) as tf.Scalar;
  });
}

function normalizedPatches(patches: tf.Tensor3D): tf.Tensor {
  const centred = tf.sub(patches, tf.mean(patches, 2, true));
  const variance = tf.div(tf.sum(tf.square(centred), 2, true), patches.shape[2] - 1);
  return tf.div(centred, tf.sqrt(tf.add(variance, epsilon)));
}

function checkShapes(prediction: tf.Tensor3D, target: tf.Tensor3D, mask: tf.Tensor2D): void {
  const alike = prediction.shape.join() === target.shape.join();
  if (prediction.rank === 3 && alike && mask.shape.join() === target.shape.slice(0, 2).join()) return;
  throw new Error(
    'maeLoss: expected prediction and target [batch,patches,values] and mask [batch,patches], got ' +
      `[${prediction.shape.join(',')}], [${target.shape.join(',')}] and [${mask.shape.join(',')}]`,
  );
}
