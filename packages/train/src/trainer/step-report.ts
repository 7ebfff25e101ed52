import type * as tf from '@tensorflow/tfjs-core';
import { featureHealth, type FeatureHealth } from '../health/feature-health.ts';

/** A step whose numbers are on their way from the device. */
export interface PendingReport {
  /** Waits for the numbers and frees their tensors. */
  settle(): Promise<StepReport>;
  /** Frees the tensors without looking at the numbers. */
  discard(): void;
}

/** Health of rows, and how long they are. */
export interface WatchedHealth extends FeatureHealth {
  readonly dim: number;
}

/** The numbers of a step. */
export interface StepReport {
  readonly loss: number;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** The method's own. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the backbone's features. */
  readonly health?: WatchedHealth;
  /** Of what the loss compares, where the method says. */
  readonly projectionHealth?: WatchedHealth;
}

/**
 * Starts reading the numbers of a step, without waiting for them: the device goes on with the next step meanwhile.
 *
 * @param scalars `[loss, gradientNorm, …metrics]`, freed with the report
 * @param names of the metrics
 * @param watched the features, then the projections, each `[rows, dim]`, where their health is asked for; freed with
 * the report
 */
export function readStep(
  scalars: tf.Tensor1D,
  names: readonly string[],
  watched: readonly tf.Tensor2D[],
): PendingReport {
  const reading = Promise.all([scalars, ...watched].map((tensor) => tensor.data<'float32'>()));
  // Who awaits the report hears of a failure; until then it must not count as unhandled.
  reading.catch(() => undefined);
  const discard = (): void => {
    scalars.dispose();
    for (const tensor of watched) tensor.dispose();
  };
  return {
    discard,
    async settle() {
      try {
        const [values, ...rows] = await reading;
        const [loss, gradientNorm, ...metrics] = values as unknown as Iterable<number> & [number, number];
        const [health, projectionHealth] = rows.map((data, index): WatchedHealth => {
          const dim = (watched[index] as tf.Tensor2D).shape[1];
          return { ...featureHealth(data, dim), dim };
        });
        return {
          loss,
          gradientNorm,
          metrics: Object.fromEntries(names.map((name, index) => [name, metrics[index] as number])),
          ...(health && { health }),
          ...(projectionHealth && { projectionHealth }),
        };
      } finally {
        discard();
      }
    },
  };
}
