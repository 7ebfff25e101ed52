import * as tf from '@tensorflow/tfjs-core';

/** How a classifier uses its classes on one batch. */
export interface ClassifierMetrics {
  /** Classes that at least one image is most likely in, 1 … min(classes, batch). */
  readonly classesUsed: tf.Scalar;
  /** Entropy of the mean prediction in nats, 0 (one class) … log(classes) (all classes alike). */
  readonly meanEntropy: tf.Scalar;
  /** Mean probability of the most likely class, 1/classes … 1. */
  readonly confidence: tf.Scalar;
}

/**
 * Watches a classifier for collapse.
 *
 * @param logits `[batch, classes]`, already divided by the temperature
 */
export function classifierMetrics(logits: tf.Tensor2D): ClassifierMetrics {
  const probabilities = tf.softmax(logits);
  const mean = tf.mean(probabilities, 0);
  const used = tf.max(tf.oneHot(tf.argMax(logits, 1), logits.shape[1]), 0);
  return {
    classesUsed: tf.sum(tf.cast(used, 'float32')),
    meanEntropy: tf.neg(tf.sum(tf.mul(mean, tf.log(tf.maximum(mean, 1e-12))))),
    confidence: tf.mean(tf.max(probabilities, 1)),
  };
}
