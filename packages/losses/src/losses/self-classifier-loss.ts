import * as tf from '@tensorflow/tfjs-core';

/** The loss's constants; the defaults are the authors' training script's. */
export interface SelfClassifierLossOptions {
  /** Views that count as global, the first ones; pairs of two later (local) views are left out. Default 2. */
  readonly globalViews?: number;
  /** Temperature of the prediction, a softmax over the classes; default 0.1. */
  readonly rowTemperature?: number;
  /** Temperature of the target, a softmax over the batch; default 0.05. */
  readonly columnTemperature?: number;
  /** Least norm that an L1 normalisation divides by, and what is added inside the logarithm; default 1e-12. */
  readonly epsilon?: number;
  /**
   * Whether classes are held equally full; default true. Without it target and prediction are both softmaxes over the
   * classes, and one class for all is a minimum: the collapse that the paper's section 3.1 begins with.
   */
  readonly uniformPrior?: boolean;
}

/**
 * The loss of Self-Classifier (Amrani et al., ECCV 2022, equations 5–6), as the authors' code computes it
 * (elad-amrani/self-classifier@3935138, src/loss.py).
 *
 * For logits `s` of N images over C classes, view i makes the target and view j the prediction:
 *
 *     target     t = softmax over the batch of s_i / columnTemperature, rows L1-normalised
 *     prediction p = softmax over the classes of s_j / rowTemperature, columns L1-normalised
 *     loss         = −mean_n Σ_c t · log(N/C · p + ε)
 *
 * averaged over the ordered pairs i ≠ j that are not both local, and over the classifiers. N/C · p stands for
 * the prediction under a uniform prior of the classes. Targets are not detached: gradients flow through both.
 *
 * Differs from the paper in ε, which the paper lacks: it clamps the L1 norms from below, so that classes that
 * nobody is in, or rows whose softmax underflows, make neither NaN nor infinity.
 *
 * @param logits one `[views, batch, classes]` tensor for each classifier; views and batch alike in all
 * @returns a scalar. Uniform logits give log C; the minimum, about 0, is reached when every image is sure of
 * its class, the views agree, and the classes are equally full
 * @throws Error if there is no classifier, fewer than two views, or the classifiers' shapes differ
 */
export function selfClassifierLoss(
  logits: readonly tf.Tensor3D[],
  options: SelfClassifierLossOptions = {},
): tf.Scalar {
  const { globalViews = 2, rowTemperature = 0.1, columnTemperature = 0.05, epsilon = 1e-12 } = options;
  const { uniformPrior = true } = options;
  const [views, batch] = checkShapes(logits);
  const { weights, pairs } = targetWeights(views, globalViews);

  return tf.tidy(() => {
    const mixing = tf.tensor2d(weights, [views, views]);
    const sums = logits.map((s) => {
      const classes = s.shape[2];
      const target = uniformPrior
        ? normalizedTargets(s, columnTemperature, epsilon)
        : tf.softmax(tf.div(s, columnTemperature));
      const logPrediction = uniformPrior
        ? logPredictions(s, rowTemperature, epsilon)
        : tf.logSoftmax(tf.div(s, rowTemperature));
      // Row j of the product is the sum of the targets that view j is to predict.
      const targets = tf.matMul(mixing, tf.reshape(target, [views, batch * classes]));
      return tf.sum(tf.mul(targets, tf.reshape(logPrediction, [views, batch * classes])));
    });
    return tf.mul(tf.addN(sums), -1 / (batch * pairs * logits.length)) as tf.Scalar;
  });
}

/** `[views, batch, classes]`: how much of the class's attention over the batch each image has, per image. */
function normalizedTargets(s: tf.Tensor3D, temperature: number, epsilon: number): tf.Tensor {
  const overBatch = tf.softmax(tf.transpose(tf.div(s, temperature), [0, 2, 1]));
  const norms = tf.maximum(tf.sum(overBatch, 1, true), epsilon);
  return tf.transpose(tf.div(overBatch, norms), [0, 2, 1]);
}

/** `[views, batch, classes]`: log(N/C · p + ε) with p's columns normalised over the batch. */
function logPredictions(s: tf.Tensor3D, temperature: number, epsilon: number): tf.Tensor {
  const [, batch, classes] = s.shape;
  const overClasses = tf.softmax(tf.div(s, temperature));
  const norms = tf.maximum(tf.sum(overClasses, 1, true), epsilon);
  return tf.log(tf.add(tf.mul(tf.div(overClasses, norms), batch / classes), epsilon));
}

/** For each predicting view (row) the views whose targets it predicts (1), and the number of such pairs. */
function targetWeights(views: number, globalViews: number): { weights: Float32Array; pairs: number } {
  const weights = new Float32Array(views * views);
  let pairs = 0;
  for (let predicting = 0; predicting < views; predicting++) {
    for (let target = 0; target < views; target++) {
      const bothLocal = predicting >= globalViews && target >= globalViews;
      if (predicting === target || bothLocal) continue;
      weights[predicting * views + target] = 1;
      pairs++;
    }
  }
  return { weights, pairs };
}

function checkShapes(logits: readonly tf.Tensor3D[]): [views: number, batch: number] {
  const [first] = logits;
  if (first === undefined) throw new Error('selfClassifierLoss: expected logits of at least one classifier');
  const [views, batch] = first.shape;
  for (const { shape } of logits) {
    if (shape.length !== 3 || shape[0] !== views || shape[1] !== batch || views < 2) {
      throw new Error(
        'selfClassifierLoss: logits must be [views ≥ 2, batch, classes] with the same views and batch in every ' +
          `classifier, got [${first.shape.join(',')}] and [${shape.join(',')}]`,
      );
    }
  }
  return [views, batch];
}
