/**
 * Names of the kernels that this project adds to TensorFlow.js's own.
 *
 * A public op (`batchNormTraining`, the gradient of ReLU, …) asks `tf.getKernel(name, tf.getBackend())`; where a
 * kernel is registered it runs it through `tf.engine().runKernel`, elsewhere it composes stock ops. So no op
 * knows a backend by name: a backend declares what it can do by registering.
 */

/**
 * Batch normalisation with the batch's own statistics, over all axes but the last; then, where asked for, the sum
 * with a residual, then ReLU.
 *
 * - inputs: `x` float32 `[…, channels]`; `scale` and `offset` float32 `[channels]`; optionally `residual` as `x`
 * - attrs: {@link BatchNormAttrs}
 * - outputs: `[y, mean, variance]`; `y` as `x`, `mean` and `variance` float32 `[channels]`, the variance biased
 *   (divided by the count, as used to normalise)
 */
export const SslBatchNormTraining = 'SslBatchNormTraining';

/**
 * Gradient of {@link SslBatchNormTraining}; gradients that reach `mean` and `variance` are not part of it.
 *
 * - inputs: `dy` as `y`; `x` and `scale`; `mean` and `variance` as the forward kernel gave them; `y`, its result,
 *   where the activation is ReLU
 * - attrs: {@link BatchNormAttrs}
 * - outputs: `[dx, dScale, dOffset]`; where the activation is ReLU, as a fourth the gradient that reaches the
 *   residual (without activation that is `dy` itself)
 */
export const SslBatchNormTrainingGrad = 'SslBatchNormTrainingGrad';

/**
 * Batch normalisation by given statistics; then, where asked for, the sum with a residual, then ReLU.
 *
 * - inputs: `x` float32 `[…, channels]`; `mean`, `variance`, `scale` and `offset` float32 `[channels]`; optionally
 *   `residual` as `x`
 * - attrs: {@link BatchNormAttrs}
 * - outputs: one tensor as `x`
 */
export const SslBatchNormInference = 'SslBatchNormInference';

/** Attributes of {@link SslBatchNormTraining}, of its gradient and of {@link SslBatchNormInference}. */
export interface BatchNormAttrs {
  /** Added to the variance before the root. PyTorch's default is 1e-5. */
  readonly epsilon: number;
  /** Default: none. */
  readonly activation?: 'relu' | undefined;
}

/**
 * Gradient of ReLU in one pass: `dy` where `y > 0`, else 0.
 *
 * - inputs: `dy`; `y`, the result of ReLU (its input serves as well); both float32 of the same shape
 * - outputs: one tensor of that shape
 */
export const SslReluGrad = 'SslReluGrad';

/**
 * One update of stochastic gradient descent, with weight decay and momentum.
 *
 * - inputs: `parameter`, `gradient` and, with momentum, `velocity`; all float32 of the same shape
 * - attrs: {@link MomentumUpdateAttrs}
 * - outputs: the next parameter and, with momentum, the next velocity
 */
export const SslMomentumUpdate = 'SslMomentumUpdate';

/** Attributes of {@link SslMomentumUpdate}. */
export interface MomentumUpdateAttrs {
  readonly learningRate: number;
  /** Share of the velocity that is kept, [0, 1). */
  readonly momentum: number;
  /** Nesterov's look-ahead, in PyTorch's form. */
  readonly nesterov: boolean;
  /** Times the parameter, added to the gradient. */
  readonly weightDecay: number;
}

/**
 * One update of Adam or AdamW.
 *
 * - inputs: `parameter`, `gradient`, `mean` and `square`; all float32 of the same shape
 * - attrs: {@link AdamUpdateAttrs}
 * - outputs: the next parameter, mean and square
 */
export const SslAdamUpdate = 'SslAdamUpdate';

/** Attributes of {@link SslAdamUpdate}. */
export interface AdamUpdateAttrs {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the root after its bias correction. */
  readonly epsilon: number;
  readonly weightDecay: number;
  /** AdamW: the decay shrinks the parameter; else it is added to the gradient. */
  readonly decoupled: boolean;
  /** Number of this update, from 1: for the bias corrections. */
  readonly step: number;
}

/**
 * Layer normalisation over the last axis.
 *
 * - inputs: `x` float32 `[…, columns]`; `scale` and `offset` float32 `[columns]`
 * - attrs: {@link LayerNormAttrs}
 * - outputs: `[y, mean, inverse]`; `y` as `x`, `mean` and `inverse`, 1 / √(variance + epsilon) with the biased
 *   variance, float32 `[…, 1]`
 */
export const SslLayerNorm = 'SslLayerNorm';

/**
 * Gradient of {@link SslLayerNorm}; gradients that reach `mean` and `inverse` are not part of it.
 *
 * - inputs: `dy` as `y`; `x` and `scale`; `mean` and `inverse` as the forward kernel gave them
 * - outputs: `[dx, dScale, dOffset]`
 */
export const SslLayerNormGrad = 'SslLayerNormGrad';

/** Attributes of {@link SslLayerNorm}. */
export interface LayerNormAttrs {
  /** Added to the variance before the root. PyTorch's default is 1e-5. */
  readonly epsilon: number;
}

/**
 * The Gaussian error linear unit in its exact form.
 *
 * - inputs: `x` float32
 * - outputs: one tensor as `x`
 */
export const SslGelu = 'SslGelu';

/**
 * Gradient of {@link SslGelu}.
 *
 * - inputs: `dy` and `x`, float32 of the same shape
 * - outputs: one tensor of that shape
 */
export const SslGeluGrad = 'SslGeluGrad';

/**
 * Gradient of `tf.softmax` over the last axis.
 *
 * - inputs: `dy`; `y`, the result of softmax; both float32 of the same shape
 * - outputs: one tensor of that shape
 */
export const SslSoftmaxGrad = 'SslSoftmaxGrad';
