import * as tf from '@tensorflow/tfjs-core';

/** How {@link lejepaLoss} weighs and measures; the defaults are the authors'. */
export interface LejepaLossOptions {
  /** Weight of the regularisation, in [0, 1]; that of the invariance is 1 − λ. Default 0.02. */
  readonly lambda?: number;
  /** Points at which characteristic functions are compared, ≥ 2; default 17, from 0 to 3. */
  readonly knots?: number;
}

/** The loss of LeJEPA and its parts, before their weights: scalars ≥ 0. */
export interface LejepaLoss {
  readonly loss: tf.Scalar;
  /** Mean squared distance of each view's projection to the mean over the views. */
  readonly invariance: tf.Scalar;
  /** How far projections are from a standard normal distribution along the directions (SIGReg). */
  readonly sigreg: tf.Scalar;
}

/** Largest argument at which characteristic functions are compared. */
const range = 3;

/**
 * The loss of LeJEPA (Balestriero and LeCun, 2025; rbalestr-lab/lejepa@eddffdd, MINIMAL.md): views are drawn together,
 * while their projections are held to an isotropic normal distribution, by comparing the empirical characteristic
 * function along random directions with exp(−t²/2). Nothing else keeps the features from collapsing.
 *
 *     λ · SIGReg + (1 − λ) · invariance
 *
 * @param projections `[views, batch, dim]`
 * @param directions `[dim, slices]`, of any length above 0: drawn anew for each step, e.g. 256 of them
 * @throws Error for shapes that do not match
 */
export function lejepaLoss(
  projections: tf.Tensor3D,
  directions: tf.Tensor2D,
  { lambda = 0.02, knots = 17 }: LejepaLossOptions = {},
): LejepaLoss {
  const [views, batch, dim] = projections.shape;
  if (projections.rank !== 3 || directions.rank !== 2 || directions.shape[0] !== dim) {
    throw new Error(
      `lejepaLoss: expected projections [views,batch,dim] and directions [dim,slices], got ` +
        `[${projections.shape.join(',')}] and [${directions.shape.join(',')}]`,
    );
  }
  const slices = directions.shape[1];
  return tf.tidy(() => {
    const mean = tf.mean(projections, 0, true);
    const invariance = tf.mean(tf.square(tf.sub(projections, mean))) as tf.Scalar;

    const unit = tf.div(directions, tf.norm(directions, 2, 0, true));
    const sketch = tf.matMul(tf.reshape(projections, [views * batch, dim]), unit as tf.Tensor2D);
    const rows = tf.reshape(sketch, [views, batch, slices]);
    const step = range / (knots - 1);
    // At t = 0 both functions are 1, whatever the distribution.
    const terms = Array.from({ length: knots - 1 }, (_, index) => {
      const t = (index + 1) * step;
      const window = Math.exp((-t * t) / 2);
      // The trapezoidal rule from −3 to 3: both functions are symmetric in their squared distance.
      const weight = (index + 1 < knots - 1 ? 2 * step : step) * window;
      const angles = tf.mul(rows, t);
      const real = tf.sub(tf.mean(tf.cos(angles), 1), window);
      const imaginary = tf.mean(tf.sin(angles), 1);
      return tf.mul(tf.add(tf.square(real), tf.square(imaginary)), weight);
    });
    const sigreg = tf.mul(tf.mean(tf.addN(terms)), batch) as tf.Scalar;
    const loss = tf.add<tf.Scalar>(tf.mul(sigreg, lambda), tf.mul(invariance, 1 - lambda));
    return { loss, invariance, sigreg };
  });
}
