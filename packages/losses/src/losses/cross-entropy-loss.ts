import * as tf from '@tensorflow/tfjs-core';

/** What a cross-entropy leaves open. */
export interface CrossEntropyOptions {
  /** Share of the target spread over all classes, in [0, 1); default 0 (PyTorch's `label_smoothing`). */
  readonly labelSmoothing?: number;
}

/**
 * Softmax cross-entropy with whole labels, the mean over the rows that have one: PyTorch's `CrossEntropyLoss`. It
 * is the loss of supervised training, of rotation and other pretext tasks that classify, and of SeLa's heads.
 *
 * @param logits `[rows, classes]`, of any size: the largest is subtracted first
 * @param labels `[rows]` int32 in [0, classes); negative ones leave their row out. A constant to the tape
 * @returns a scalar ≥ 0, log(classes) for uniform logits; 0 where no row has a label
 * @throws Error for shapes that do not match
 */
export function crossEntropyLoss(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  { labelSmoothing = 0 }: CrossEntropyOptions = {},
): tf.Scalar {
  const [rows, classes] = logits.shape;
  if (logits.rank !== 2 || labels.rank !== 1 || labels.shape[0] !== rows) {
    throw new Error(
      `crossEntropyLoss: expected logits [rows,classes] and labels [rows], got [${logits.shape.join(',')}] and ` +
        `[${labels.shape.join(',')}]`,
    );
  }
  return tf.tidy(() => {
    // A row of zeros for a negative label, and so no loss.
    const oneHot = tf.cast(tf.oneHot(labels, classes), 'float32');
    const labelled = tf.cast(tf.greaterEqual(labels, 0), 'float32');
    const target =
      labelSmoothing === 0
        ? oneHot
        : tf.add(
            tf.mul(oneHot, 1 - labelSmoothing),
            tf.mul(tf.expandDims(labelled, 1), labelSmoothing / classes),
          );
    const sum = tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits))));
    return tf.div(sum, tf.maximum(tf.sum(labelled), 1)) as tf.Scalar;
  });
}

/**
 * Share of the labelled rows whose largest logit is at their label, a scalar in [0, 1]: the accuracy on a pretext
 * task. 0 where no row has a label.
 *
 * @param logits `[rows, classes]`
 * @param labels `[rows]` int32; negative ones leave their row out
 */
export function batchAccuracy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const right = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));
    const labelled = tf.sum(tf.cast(tf.greaterEqual(labels, 0), 'float32'));
    return tf.div(right, tf.maximum(labelled, 1)) as tf.Scalar;
  });
}
