import * as tf from '@tensorflow/tfjs-core';

/** How {@link infoNceLoss} compares. */
export interface InfoNceLossOptions {
  /** Divides the cosines; > 0, default 0.1. */
  readonly temperature?: number;
  /** `[entries, dim]`: what each query is told from; default: the keys of the other queries. */
  readonly negatives?: tf.Tensor2D;
}

/**
 * InfoNCE (van den Oord et al., 2018): each query is to be told from others as the one of its key, by the cross-entropy
 * of cosines over a temperature.
 *
 * With `negatives` it is the loss of MoCo and its queue (He et al., CVPR 2020, equation 1; solo-learn@9187ea3,
 * solo/losses/mocov2plus.py). Without, each query's negatives are the keys of the others, as in NNCLR
 * (solo/losses/nnclr.py) and MoCo v3.
 *
 * Gradients flow through whatever is given: hand keys over as constants where they are not trained.
 *
 * @param queries `[batch, dim]`, of unit length (`l2Normalize`), as keys and negatives
 * @param keys `[batch, dim]`, in the same order
 * @returns a scalar > 0; log(1 + entries), or log(batch), where all point the same way
 * @throws Error for shapes that do not match
 */
export function infoNceLoss(
  queries: tf.Tensor2D,
  keys: tf.Tensor2D,
  { temperature = 0.1, negatives }: InfoNceLossOptions = {},
): tf.Scalar {
  const [rows, dim] = queries.shape;
  if (
    queries.rank !== 2 ||
    keys.shape.join() !== queries.shape.join() ||
    (negatives !== undefined && (negatives.rank !== 2 || negatives.shape[1] !== dim))
  ) {
    throw new Error(
      'infoNceLoss: expected queries and keys [batch,dim] and negatives [entries,dim], got ' +
        [queries, keys, ...(negatives ? [negatives] : [])]
          .map(({ shape }) => `[${shape.join(',')}]`)
          .join(', '),
    );
  }
  return tf.tidy(() => {
    if (negatives === undefined) {
      const logits = tf.div(tf.matMul(queries, keys, false, true), temperature);
      return meanOf(tf.mul(tf.eye(rows), tf.logSoftmax(logits)), rows);
    }
    const positive = tf.sum(tf.mul(queries, keys), 1, true);
    const others = tf.matMul(queries, negatives, false, true);
    const logits = tf.div(tf.concat([positive, others], 1), temperature);
    return meanOf(tf.slice(tf.logSoftmax(logits), [0, 0], [rows, 1]), rows);
  });
}

function meanOf(logProbabilities: tf.Tensor, rows: number): tf.Scalar {
  return tf.div(tf.sum(logProbabilities), -rows) as tf.Scalar;
}
