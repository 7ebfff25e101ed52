import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradient of `tf.matMul`, for `registerTrainingGradients`. tfjs's gives a factor that several batches share a
 * gradient of the wrong shape; this one adds up what all batches contribute.
 */
export const matMulGradient: tf.GradConfig = {
  kernelName: tf.BatchMatMul,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved, attrs) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const upstream = dy as tf.Tensor;
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    return {
      a: () => {
        const gradient = transposeA
          ? tf.matMul(b, upstream, transposeB, true)
          : tf.matMul(upstream, b, false, !transposeB);
        return sumToShape(gradient, a.shape);
      },
      b: () => {
        // One right factor for all rows: its gradient is one product over the rows of all batches.
        const joins = batchesOf(b) === 1 && batchesOf(a) > 1 && !transposeA;
        const left = joins ? joinRows(a) : a;
        const above = joins ? joinRows(upstream) : upstream;
        const gradient = transposeB
          ? tf.matMul(above, left, true, transposeA)
          : tf.matMul(left, above, !transposeA, false);
        return sumToShape(gradient, b.shape);
      },
    };
  },
};

function batchesOf({ shape }: tf.Tensor): number {
  return tf.util.sizeFromShape(shape.slice(0, -2));
}

function joinRows(x: tf.Tensor): tf.Tensor {
  const columns = x.shape.at(-1) ?? 1;
  return tf.reshape(x, [x.size / columns, columns]);
}

/** Adds up over the axes along which a factor of `shape` was repeated. */
function sumToShape(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}
