import * as tf from '@tensorflow/tfjs-core';
import type { ForwardContext, StatisticsUpdate } from './module.ts';

/** Keeps the batch statistics of a training step until the step is over. */
export interface StatisticsRecorder {
  /** Hand this to the forward passes of the step. */
  readonly context: ForwardContext;
  /** Folds the recorded statistics into the running ones, in the order of the forward passes, and frees them. */
  commit(): void;
  /** Frees the recorded statistics unused, e.g. after a step with a loss that is not finite. */
  discard(): void;
}

/**
 * A recorder for one step after another. The forward pass under the gradient tape writes no state; its batch
 * statistics outlive the tape's tidy here.
 */
export function createStatisticsRecorder(): StatisticsRecorder {
  let pending: StatisticsUpdate[] = [];

  function discard(): void {
    for (const { mean, variance } of pending) tf.dispose([mean, variance]);
    pending = [];
  }

  return {
    context: {
      training: true,
      onStatistics: (update) => {
        tf.keep(update.mean);
        tf.keep(update.variance);
        pending.push(update);
      },
    },
    commit() {
      for (const update of pending) tf.tidy(update.apply);
      discard();
    },
    discard,
  };
}
