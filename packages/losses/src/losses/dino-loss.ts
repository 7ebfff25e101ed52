import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from '../parts/stop-gradient.ts';

/** Temperatures of {@link dinoLoss}; the defaults are the authors'. */
export interface DinoLossOptions {
  /** Temperature of the student's softmax; default 0.1. */
  readonly studentTemperature?: number;
  /** Temperature of the teacher's softmax; default 0.04. It may change over training: `teacherTemperatureAt`. */
  readonly teacherTemperature?: number;
}

/**
 * The loss of DINO (Caron et al., ICCV 2021, equations 1–3 and algorithm 1), as the authors compute it
 * (facebookresearch/dino@7c446df, main_dino.py, `DINOLoss`): the cross-entropy
 *
 *     −mean_n Σ_k softmax((t − centre) / teacherTemperature) · log softmax(s / studentTemperature)
 *
 * averaged over all pairs of a teacher's and a student's view that are not the same view. The teacher is a constant:
 * no gradient flows through its logits. The centre is the one before this batch: call {@link updateCentre} afterwards.
 *
 * @param studentLogits one `[batch, dim]` tensor for each view, the global views first; at least 2
 * @param teacherLogits one `[batch, dim]` tensor for each global view, in the same order
 * @param centre `[dim]`, subtracted from the teacher's logits
 * @returns a scalar ≥ 0; log(dim) for uniform logits of the student
 * @throws Error for shapes that do not match, or where no pair of different views is left
 */
export function dinoLoss(
  studentLogits: readonly tf.Tensor2D[],
  teacherLogits: readonly tf.Tensor2D[],
  centre: tf.Tensor1D,
  { studentTemperature = 0.1, teacherTemperature = 0.04 }: DinoLossOptions = {},
): tf.Scalar {
  const [batch] = checkShapes('dinoLoss', [...studentLogits, ...teacherLogits], centre);
  const [views, globalViews] = [studentLogits.length, teacherLogits.length];
  if (globalViews < 1 || views < 2 || views < globalViews) {
    throw new Error(
      "dinoLoss: expected the student's logits of at least 2 views, and the teacher's of the first of them, got " +
        `${views} and ${globalViews} views`,
    );
  }
  const pairs = globalViews * (views - 1);
  return tf.tidy(() => {
    const targets = teacherLogits.map((logits) =>
      stopGradient([logits, centre], () => tf.softmax(tf.div(tf.sub(logits, centre), teacherTemperature))),
    );
    const terms = studentLogits.flatMap((logits, view) => {
      const others = targets.filter((_, teacherView) => teacherView !== view);
      // One of two views with a single teacher's view predicts nothing.
      if (others.length === 0) return [];
      return tf.sum(tf.mul(tf.addN(others), tf.logSoftmax(tf.div(logits, studentTemperature))));
    });
    return tf.mul(tf.addN(terms), -1 / (batch * pairs)) as tf.Scalar;
  });
}

/**
 * The centre for the next batch (equation 4): momentum · centre + (1 − momentum) · the mean of the teacher's logits
 * over batch and views.
 *
 * @param centre `[dim]`; zeros at the beginning. It is not disposed
 * @param teacherLogits one `[batch, dim]` tensor for each global view
 * @param momentum in [0, 1]; default 0.9
 * @returns `[dim]`
 * @throws Error for shapes that do not match
 */
export function updateCentre(
  centre: tf.Tensor1D,
  teacherLogits: readonly tf.Tensor2D[],
  momentum = 0.9,
): tf.Tensor1D {
  checkShapes('updateCentre', teacherLogits, centre);
  return tf.tidy(() => {
    const mean = tf.div(tf.addN(teacherLogits.map((logits) => tf.mean(logits, 0))), teacherLogits.length);
    return tf.add(tf.mul(centre, momentum), tf.mul(mean, 1 - momentum));
  });
}

function checkShapes(
  caller: string,
  logits: readonly tf.Tensor2D[],
  centre: tf.Tensor1D,
): readonly [batch: number, dim: number] {
  const [first] = logits;
  if (first === undefined) throw new Error(`${caller}: expected logits of at least one view`);
  const alike = logits.every(({ shape }) => shape.join() === first.shape.join());
  if (!alike || first.rank !== 2 || centre.shape.join() !== String(first.shape[1])) {
    throw new Error(
      `${caller}: expected logits [batch,dim], alike in all views, and a centre [dim], got ` +
        `${logits.map(({ shape }) => `[${shape.join(',')}]`).join(', ')} and [${centre.shape.join(',')}]`,
    );
  }
  return first.shape;
}
