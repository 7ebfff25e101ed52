import * as tf from '@tensorflow/tfjs-core';
import { crossEntropyLoss } from './cross-entropy-loss.ts';

/**
 * The loss of masked token prediction (Devlin et al., BERT, 2019, section 3.1): cross-entropy, the mean over all
 * chosen positions of the batch, in nats; PyTorch's `cross_entropy` with `ignore_index=-1`. {@link perplexity} makes
 * it a number of tokens.
 *
 * @param logits `[batch, length, vocabulary]`
 * @param targets `[batch, length]` int32: the token at a chosen position, −1 elsewhere
 * @returns a scalar ≥ 0, log(vocabulary) for uniform logits; 0 where nothing is chosen (PyTorch gives NaN)
 * @throws Error for shapes that do not match
 */
export function maskedTokenLoss(logits: tf.Tensor3D, targets: tf.Tensor2D): tf.Scalar {
  const [batch, length, vocabulary] = logits.shape;
  if (logits.rank !== 3 || targets.shape.join() !== [batch, length].join()) {
    throw new Error(
      'maskedTokenLoss: expected logits [batch,length,vocabulary] and targets [batch,length], got ' +
        `[${logits.shape.join(',')}] and [${targets.shape.join(',')}]`,
    );
  }
  return tf.tidy(() =>
    crossEntropyLoss(tf.reshape(logits, [batch * length, vocabulary]), tf.reshape(targets, [batch * length])),
  );
}
