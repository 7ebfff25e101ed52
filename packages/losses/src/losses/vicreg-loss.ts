import * as tf from '@tensorflow/tfjs-core';

/** Weights of {@link vicregLoss}; the defaults are the authors'. */
export interface VicregLossOptions {
  /** Of the invariance; default 25. */
  readonly invariance?: number;
  /** Of the variance; default 25. */
  readonly variance?: number;
  /** Of the covariance; default 1. */
  readonly covariance?: number;
  /** Added to the variance under the root; default 1e-4. */
  readonly epsilon?: number;
}

/** The loss of VICReg and its parts, before their weights: scalars. */
export interface VicregLoss {
  readonly loss: tf.Scalar;
  /** Mean squared distance of the two views. */
  readonly invariance: tf.Scalar;
  /** How far deviations fall short of 1, the mean over dimensions and views: in [0, 1]. */
  readonly variance: tf.Scalar;
  /** Squared covariances of different dimensions, summed over both views and divided by the dimensions. */
  readonly covariance: tf.Scalar;
}

/**
 * The loss of VICReg (Bardes, Ponce and LeCun, ICLR 2022, equation 6; facebookresearch/vicreg@4e12602,
 * main_vicreg.py): views are drawn together, each dimension is held at a deviation of 1 or more over the batch, and
 * dimensions are decorrelated. Variances and covariances are unbiased.
 *
 * @param projections `[2 × batch, dim]`: of view 1 of all images, then of view 2; a batch of at least 2
 * @throws Error for another rank, an odd number of rows, or fewer than 4
 */
export function vicregLoss(projections: tf.Tensor2D, options: VicregLossOptions = {}): VicregLoss {
  const { invariance: alike = 25, variance: spread = 25, covariance: apart = 1, epsilon = 1e-4 } = options;
  const [rows] = projections.shape;
  if (projections.rank !== 2 || rows < 4 || rows % 2 !== 0) {
    throw new Error(
      `vicregLoss: projections must be [2 × batch,dim] of a batch of at least 2, got [${projections.shape.join(',')}]`,
    );
  }
  return tf.tidy(() => {
    const [a, b] = tf.split(projections, 2) as [tf.Tensor2D, tf.Tensor2D];
    const invariance = tf.mean(tf.squaredDifference(a, b)) as tf.Scalar;
    const [ofA, ofB] = [momentsOf(a, epsilon), momentsOf(b, epsilon)] as const;
    const variance = tf.div(tf.add(ofA.shortfall, ofB.shortfall), 2) as tf.Scalar;
    const covariance = tf.add<tf.Scalar>(ofA.covariance, ofB.covariance);
    const loss = tf.addN([
      tf.mul(invariance, alike),
      tf.mul(variance, spread),
      tf.mul(covariance, apart),
    ]) as tf.Scalar;
    return { loss, invariance, variance, covariance };
  });
}

/** Of the rows of one view: how far its deviations fall short of 1, and its covariances. */
function momentsOf(
  rows: tf.Tensor2D,
  epsilon: number,
): { readonly shortfall: tf.Scalar; readonly covariance: tf.Scalar } {
  const [count, dim] = rows.shape;
  const centred = tf.sub<tf.Tensor2D>(rows, tf.mean(rows, 0, true));
  const variance = tf.div(tf.sum(tf.square(centred), 0), count - 1);
  const shortfall = tf.mean(tf.relu(tf.sub(1, tf.sqrt(tf.add(variance, epsilon))))) as tf.Scalar;
  const covariances = tf.div(tf.matMul(centred, centred, true), count - 1);
  const apart = tf.mul(covariances, tf.sub(1, tf.eye(dim)));
  return { shortfall, covariance: tf.div(tf.sum(tf.square(apart)), dim) };
}
