import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from '../parts/stop-gradient.ts';

/** How {@link swavAssignments} shares rows out. */
export interface SwavAssignmentsOptions {
  /** Divides the scores: the smaller, the harder the assignments; > 0, default 0.05. */
  readonly epsilon?: number;
  /** Rounds of Sinkhorn and Knopp's algorithm; default 3. */
  readonly iterations?: number;
}

/**
 * The codes of SwAV (Caron et al., NeurIPS 2020, equation 3; facebookresearch/swav@06b1b7c, main_swav.py,
 * `distributed_sinkhorn`): probabilities of each row over the prototypes, by which every prototype gets an equal share
 * of the rows. A constant to the gradient tape.
 *
 * @param scores `[rows, prototypes]`: cosines of projections and prototypes
 * @returns `[rows, prototypes]`, each row summing to 1
 */
export function swavAssignments(
  scores: tf.Tensor2D,
  { epsilon = 0.05, iterations = 3 }: SwavAssignmentsOptions = {},
): tf.Tensor2D {
  const [rows, prototypes] = scores.shape;
  return stopGradient([scores], () =>
    tf.tidy(() => {
      // The largest score is taken off, so that nothing overflows: the first round takes factors out again.
      let shares = tf.exp<tf.Tensor2D>(tf.div(tf.sub(scores, tf.max(scores)), epsilon));
      for (let round = 0; round < iterations; round++) {
        shares = tf.div(shares, tf.mul(tf.sum(shares, 0, true), prototypes));
        shares = tf.div(shares, tf.mul(tf.sum(shares, 1, true), rows));
      }
      return tf.mul(shares, rows);
    }),
  );
}

/** How {@link swavLoss} predicts. */
export interface SwavLossOptions {
  /** Temperature of the softmax over prototypes; > 0, default 0.1. */
  readonly temperature?: number;
}

/**
 * The loss of SwAV (Caron et al., NeurIPS 2020, equations 1 and 2): from each other view of an image, the codes of each
 * global view are to be predicted.
 *
 *     mean over global views i of the mean over views v ≠ i of −mean_n Σ_k q_i log softmax(scores_v / temperature)
 *
 * @param scores one `[batch, prototypes]` tensor for each view, the global views first; at least 2
 * @param assignments one `[batch, prototypes]` tensor for each global view: {@link swavAssignments}
 * @returns a scalar ≥ 0; log(prototypes) for equal scores
 * @throws Error for shapes that do not match, or fewer than 2 views
 */
export function swavLoss(
  scores: readonly tf.Tensor2D[],
  assignments: readonly tf.Tensor2D[],
  { temperature = 0.1 }: SwavLossOptions = {},
): tf.Scalar {
  const [first] = scores;
  const shape = first?.shape.join();
  if (
    first === undefined ||
    scores.length < 2 ||
    assignments.length < 1 ||
    assignments.length > scores.length ||
    [...scores, ...assignments].some((x) => x.rank !== 2 || x.shape.join() !== shape)
  ) {
    const shapes = [...scores, ...assignments].map((x) => `[${x.shape.join(',')}]`).join(', ');
    throw new Error(
      'swavLoss: expected the scores [batch,prototypes] of at least 2 views and the assignments of the first of ' +
        `them, all of one shape, got ${scores.length} and ${assignments.length}: ${shapes}`,
    );
  }
  const pairs = assignments.length * (scores.length - 1);
  return tf.tidy(() => {
    const terms = scores.flatMap((score, view) => {
      const others = assignments.filter((_, global) => global !== view);
      if (others.length === 0) return [];
      return tf.sum(tf.mul(tf.addN(others), tf.logSoftmax(tf.div(score, temperature))));
    });
    return tf.mul(tf.addN(terms), -1 / (pairs * first.shape[0])) as tf.Scalar;
  });
}
