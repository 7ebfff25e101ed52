import * as tf from '@tensorflow/tfjs-core';
import { crossEntropyLoss } from './cross-entropy-loss.ts';

/** Settings of {@link s4lLoss}. */
export interface S4lLossOptions {
  /** Weight w of the pretext loss, ≥ 0; default 1, as in the paper. */
  readonly pretextWeight?: number;
}

/**
 * The loss of S⁴L (Zhai et al., ICCV 2019, equations 1–2): supervised cross-entropy on the samples that have a label,
 * plus w times the pretext loss; re-derived from google-research/s4l@8f1cf05, semi_supervised/rotation.py.
 *
 * @param logits `[batch, copies, classes]`: of all copies of a sample, which share its label. S⁴L with rotation has
 * the four rotations of each image as copies
 * @param labels `[batch]` int32 in [0, classes); samples with a negative label are left out
 * @param pretextLosses scalars whose mean is the pretext loss: S⁴L's one of the unlabelled and one of the labelled
 * batch. Gradients flow through them
 * @returns a scalar
 * @throws Error for shapes that do not match, or without a pretext loss
 */
export function s4lLoss(
  logits: tf.Tensor3D,
  labels: tf.Tensor1D,
  pretextLosses: readonly tf.Scalar[],
  { pretextWeight = 1 }: S4lLossOptions = {},
): tf.Scalar {
  const [batch, copies, classes] = logits.shape;
  if (logits.rank !== 3 || labels.rank !== 1 || labels.shape[0] !== batch) {
    throw new Error(
      `s4lLoss: expected logits [batch,copies,classes] and labels [batch], got [${logits.shape.join(',')}] and ` +
        `[${labels.shape.join(',')}]`,
    );
  }
  if (pretextLosses.length === 0) throw new Error('s4lLoss: expected at least one pretext loss');
  return tf.tidy(() => {
    const labelOfRow = tf.reshape(tf.tile(tf.expandDims(labels, 1), [1, copies]), [batch * copies]);
    const supervised = crossEntropyLoss(
      tf.reshape(logits, [batch * copies, classes]),
      labelOfRow as tf.Tensor1D,
    );
    const pretext = tf.mul(tf.addN([...pretextLosses]), pretextWeight / pretextLosses.length);
    return tf.add(supervised, pretext);
  });
}
