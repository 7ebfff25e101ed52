import type { MetricsRecord } from '../run/run-store.ts';

/** What a trainer tells while it works. */
export type TrainerEvent =
  | {
      readonly type: 'start';
      /** Steps done before: more than 0 in a run that goes on from a checkpoint. */
      readonly step: number;
      readonly totalSteps: number;
      readonly stepsPerEpoch: number;
      readonly epochs: number;
    }
  | {
      readonly type: 'step';
      /** Steps done. */
      readonly step: number;
      readonly totalSteps: number;
      /** Epochs done, with fractions. */
      readonly epoch: number;
      readonly loss: number;
      readonly learningRate: number;
      /** Since the last line of the run log. */
      readonly imagesPerSecond: number;
    }
  | { readonly type: 'log'; readonly record: MetricsRecord }
  | {
      readonly type: 'epoch';
      /** Epochs done. */
      readonly epoch: number;
      readonly epochs: number;
      /** Mean loss of the epoch's steps, of those since a resume. */
      readonly loss: number;
      readonly seconds: number;
    }
  | { readonly type: 'checkpoint'; readonly step: number }
  | { readonly type: 'warning'; readonly message: string };

/** How training ended. */
export interface TrainResult {
  /** `stopped`: by the signal, with a checkpoint of the step that was reached. */
  readonly outcome: 'done' | 'stopped';
  /** Steps done. */
  readonly step: number;
  readonly totalSteps: number;
  /** Loss of the last step; absent where no step was done. */
  readonly loss?: number;
}
