import * as tf from '@tensorflow/tfjs-core';

/** `x · Φ(x)`, with the distribution function Φ of the standard normal in its exact form (Hendrycks and Gimpel, 2016). */
export function gelu<T extends tf.Tensor>(x: T): T {
  const activate = tf.customGrad((input, save) => {
    const values = input as tf.Tensor;
    const distribution = tf.mul(tf.add(tf.erf(tf.mul(values, Math.SQRT1_2)), 1), 0.5);
    (save as tf.GradSaveFunc)([values, distribution]);
    return {
      value: tf.mul(values, distribution),
      // A tidy of its own, as customGrad keeps what its gradient makes until the end of the whole backward pass.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.tidy(() => {
          const [at, below] = saved as [tf.Tensor, tf.Tensor];
          const density = tf.mul(tf.exp(tf.mul(tf.square(at), -0.5)), 1 / Math.sqrt(2 * Math.PI));
          return tf.mul(dy, tf.add(below, tf.mul(at, density)));
        }),
    };
  });
  return activate(x) as T;
}
