import * as tf from '@tensorflow/tfjs-core';

/**
 * View-major rows as a tensor whose first axis is the sample: `[count × batch, …]` → `[batch, count, …]`.
 */
export function sampleMajor(rows: tf.Tensor, count: number): tf.Tensor {
  const [total = 0, ...rest] = rows.shape;
  const batch = total / count;
  if (count === 1) return tf.reshape(rows, [batch, 1, ...rest]);
  return swapFirstAxes(tf.reshape(rows, [count, batch, ...rest]));
}

/** The inverse of `sampleMajor`: `[batch, count, …]` → `[count × batch, …]`. */
export function viewMajor<Rank extends tf.Rank = tf.Rank.R2>(x: tf.Tensor): tf.Tensor<Rank> {
  const [batch = 0, count = 0, ...rest] = x.shape;
  const swapped = count === 1 ? x : swapFirstAxes(x);
  return tf.reshape(swapped, [count * batch, ...rest]) as unknown as tf.Tensor<Rank>;
}

function swapFirstAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [1, 0, ...axes.slice(2)]);
}
