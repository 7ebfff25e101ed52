import type { Objective, Outputs, Views } from '@ssl/losses';
import type * as tf from '@tensorflow/tfjs-core';

/** The gradients of a batch, by the variables' names in the engine, before they are sorted. */
export interface RawGradients {
  readonly loss: tf.Scalar;
  readonly grads: tf.NamedTensorMap;
  readonly outputs: Outputs;
  readonly metrics: Objective['metrics'];
}

/** What `forward` and `objective` are called with. */
export interface HookCalls {
  /** @param keepStatistics whether the batch statistics of this pass are those of the step */
  forward(views: Views, firstShare: number, keepStatistics: boolean): Outputs;
  objective(outputs: Outputs): Objective;
  readonly variables: tf.Variable[];
  /** Keeps a tensor beyond the tape, to be freed with the result. */
  keep(tensor: tf.Tensor): void;
}
