import type { SafeTensor } from '@ssl/models';

/** The layout of checkpoints that this version writes and reads. */
export const checkpointFormat = 2;

/** Tensors by name, as a weight file holds them. */
export type SafeTensors = ReadonlyMap<string, SafeTensor>;

/** Where training stands, as JSON: a checkpoint's `trainer.json`. */
export interface TrainerState {
  /** Of this layout: `checkpointFormat`. */
  readonly formatVersion: number;
  readonly method: string;
  /** Steps done. */
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Samples of the first stream seen. */
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
  /** Optimizer slots (`optimizer.`), frozen networks (`frozen.`) and the method's memory (`memory.`). */
  readonly trainer: SafeTensors;
  readonly state: TrainerState;
}
