import * as tf from '@tensorflow/tfjs-core';

/** How the difference of two images counts: squared, absolute, or squared below 1 and absolute above. */
export type ReconstructionKind = 'mse' | 'l1' | 'smooth-l1';

/**
 * How far images are from their targets, the mean over all values: PyTorch's `mse_loss`, `l1_loss` or
 * `smooth_l1_loss` (β = 1). The loss of autoencoders and of super-resolution.
 *
 * @param reconstruction of any shape, e.g. `[batch, height, width, channels]`
 * @param target of the same shape
 * @returns a scalar ≥ 0; 0 where both are alike
 * @throws Error for shapes that differ
 */
export function reconstructionLoss(
  reconstruction: tf.Tensor,
  target: tf.Tensor,
  kind: ReconstructionKind = 'mse',
): tf.Scalar {
  checkShapes('reconstructionLoss', reconstruction, target);
  return tf.tidy(() => {
    const difference = tf.sub(reconstruction, target);
    switch (kind) {
      case 'mse':
        return tf.mean(tf.square(difference)) as tf.Scalar;
      case 'l1':
        return tf.mean(tf.abs(difference)) as tf.Scalar;
      case 'smooth-l1': {
        const size = tf.abs(difference);
        // Half the square up to 1, |d| − ½ beyond: both are m·(|d| − m/2) with m the smaller of |d| and 1.
        const within = tf.minimum(size, 1);
        return tf.mean(tf.mul(within, tf.sub(size, tf.mul(within, 0.5)))) as tf.Scalar;
      }
    }
  });
}

/**
 * Peak signal-to-noise ratio in decibel over a whole batch: 10 log₁₀(1 / MSE), for images in [0, 1]
 * (torchmetrics, `data_range=1`). Infinite where both are alike.
 *
 * @throws Error for shapes that differ
 */
export function peakSignalToNoise(reconstruction: tf.Tensor, target: tf.Tensor): tf.Scalar {
  checkShapes('peakSignalToNoise', reconstruction, target);
  return tf.tidy(
    () => tf.mul(tf.log(tf.mean(tf.squaredDifference(reconstruction, target))), -10 / Math.LN10) as tf.Scalar,
  );
}

function checkShapes(name: string, a: tf.Tensor, b: tf.Tensor): void {
  if (a.shape.join() === b.shape.join()) return;
  throw new Error(
    `${name}: the reconstruction [${a.shape.join(',')}] and its target [${b.shape.join(',')}] must have the same shape`,
  );
}
