import type * as tf from '@tensorflow/tfjs-core';
import { featureHealth, type FeatureHealth } from '../health/feature-health.ts';

/** A step whose numbers are on their way from the device. */
export interface PendingReport {
  /** Waits for the numbers and frees their tensors. */
  settle(): Promise<StepReport>;
  /** Frees the tensors without looking at the numbers. */
  discard(): void;
}

/** The numbers of a step. */
export interface StepReport {
  readonly loss: number;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** The method's own. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly health?: FeatureHealth & { readonly featureDim: number };
}

/**
 * Starts reading the numbers of a step, without waiting for them: the device goes on with the next step meanwhile.
 *
 * @param scalars `[loss, gradientNorm, …metrics]`, freed with the report
 * @param names of the metrics
 * @param features `[rows, dim]` where the features' health is asked for; freed with the report
 */
export function readStep(
  scalars: tf.Tensor1D,
  names: readonly string[],
  features: tf.Tensor2D | undefined,
): PendingReport {
  const reading = Promise.all([scalars.data<'float32'>(), features?.data<'float32'>()]);
  // Who awaits the report hears of a failure; until then it must not count as unhandled.
  reading.catch(() => undefined);
  const discard = (): void => {
    scalars.dispose();
    features?.dispose();
  };
  return {
    discard,
    async settle() {
      try {
        const [values, rows] = await reading;
        const [loss, gradientNorm, ...metrics] = values as unknown as Iterable<number> & [number, number];
        const featureDim = features?.shape[1];
        return {
          loss,
          gradientNorm,
          metrics: Object.fromEntries(names.map((name, index) => [name, metrics[index] as number])),
          ...(rows && featureDim && { health: { ...featureHealth(rows, featureDim), featureDim } }),
        };
      } finally {
        discard();
      }
    },
  };
}
