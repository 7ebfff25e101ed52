import * as tf from '@tensorflow/tfjs-core';
import { crossEntropyLoss } from './cross-entropy-loss.ts';

/**
 * The training step of SeLa (Asano et al., ICLR 2020, equation 1): cross-entropy with the labels that were assigned,
 * the mean over images, then over heads (yukimasano/self-label@3891e37, main.py, optimize_epoch).
 *
 * @param logits `[batch, classes]` of each head
 * @param labels `[batch]` int32 of each head, in its own classes
 * @returns a scalar ≥ 0; log(classes) for uniform logits
 * @throws Error if there is no head, or not as many labels as logits
 */
export function selaLoss(logits: readonly tf.Tensor2D[], labels: readonly tf.Tensor1D[]): tf.Scalar {
  if (logits.length === 0 || logits.length !== labels.length) {
    throw new Error(
      `selaLoss: expected logits and labels of the same heads, at least one, got ${logits.length} and ${labels.length}`,
    );
  }
  return tf.tidy(() => {
    const losses = logits.map((head, index) => crossEntropyLoss(head, labels[index] as tf.Tensor1D));
    return tf.div(tf.addN(losses), losses.length) as tf.Scalar;
  });
}
