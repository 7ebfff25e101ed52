import type { Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import type { BufferTree, ParamTree } from './parameter.ts';

/** The batch statistics of one batch-norm layer in one forward pass, to be folded into its running ones. */
export interface StatisticsUpdate {
  /** Mean and biased variance over the batch, `[channels]`. */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  /** Values per channel that they were taken over (N × H × W). */
  readonly count: number;
  /** Folds the statistics into the layer's running ones, as PyTorch does. */
  readonly apply: () => void;
}

/** How a forward pass is to run. */
export interface ForwardContext {
  /** Batch norm by the batch's own statistics (true) or by the running ones (false). */
  readonly training: boolean;
  /**
   * Told the batch statistics of each batch norm in training. A forward pass writes no state itself, so that a
   * loss stays a pure function: the trainer applies the updates after the step (`createStatisticsRecorder`).
   * Without it they are dropped.
   */
  readonly onStatistics?: (update: StatisticsUpdate) => void;
  /**
   * Source of chance for dropout and drop path, split by layer name. The draw for a sample depends on its place
   * only, so that a batch and its parts agree. Without it, layers that need chance throw in training.
   */
  readonly random?: Random;
  /** Place in the whole batch of a row of the input, where the input is a part of it; default: the row itself. */
  readonly placeOf?: (row: number) => number;
}

/** A network, or a part of one: parameters, buffers, and a forward pass that changes neither. */
export interface Module<Input extends tf.Tensor = tf.Tensor, Output extends tf.Tensor = tf.Tensor> {
  readonly parameters: ParamTree;
  readonly buffers: BufferTree;
  forward(x: Input, context: ForwardContext): Output;
}
