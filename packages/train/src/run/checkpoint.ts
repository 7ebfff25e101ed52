import type { SafeTensor } from '@ssl/models';

/** Tensors by name, as a weight file holds them. */
export type SafeTensors = ReadonlyMap<string, SafeTensor>;

/** Where training stands, as JSON: a checkpoint's `trainer.json`. */
export interface TrainerState {
  /** Of this layout: 1. */
  readonly formatVersion: number;
  readonly method: string;
  /** Steps done. */
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Images seen. */
  readonly samples: number;
  /** The next batch: number `batch` of epoch `epoch`, in the order that the seed gives the epoch. */
  readonly position: { readonly epoch: number; readonly batch: number };
  /** All chance is drawn from streams keyed by this seed, the step and the image: there is no other state. */
  readonly random: { readonly seed: number };
  readonly datasetFingerprint: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Everything that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Backbone, by torchvision's names, and heads. */
  readonly weights: SafeTensors;
  /** Optimizer slots (`optimizer.`) and the method's buffers (`buffers.`). */
  readonly trainer: SafeTensors;
  readonly state: TrainerState;
}
