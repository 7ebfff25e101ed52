import type { Checkpoint } from './checkpoint.ts';

/**
 * A line of the run log: the step that was just done, and numbers by name. `null` is a number that could not be
 * had, such as a rate before the first second.
 */
export interface MetricsRecord {
  /** Steps done, from 1. */
  readonly step: number;
  /** Epochs done, with fractions. */
  readonly epoch: number;
  /** Images seen. */
  readonly samples: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly [name: string]: number | null;
}

/** Where a run is kept. */
export interface RunStore {
  /**
   * The newest whole checkpoint; `undefined` where none has been saved yet.
   *
   * @throws UserError if there are checkpoints, and all of them are damaged
   */
  loadCheckpoint(): Promise<Checkpoint | undefined>;
  /** Keeps a checkpoint. The one before stays until the new one is whole, and as a fallback afterwards. */
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** Adds a line to the run log. */
  appendMetrics(record: MetricsRecord): Promise<void>;
  /** Drops the lines after a step, and what a crash left half-written, before a run goes on from that step. */
  rewindMetrics(step: number): Promise<void>;
}
