import type { RunStore } from '../run/run-store.ts';
import { createCollapseWatch } from './collapse-watch.ts';
import { describeMetrics } from './describe-metrics.ts';
import { checkFinite } from './divergence.ts';
import type { PaceMeter } from './pace.ts';
import type { PendingReport, StepReport } from './step-report.ts';
import type { TrainerEvent } from './trainer-events.ts';
import type { Run } from '../plan/create-run.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import type { Schedule } from '../schedules/schedule.ts';

/** Follows the steps of a run: checks their numbers, writes the run log, tells of them. */
export interface Journal {
  /** Loss of the last step that was settled. */
  readonly lastLoss: number | undefined;
  /** A step has been done. Its numbers are looked at when the next one follows, or at once by `settle`. */
  follow(step: number, report: PendingReport): Promise<void>;
  /**
   * Looks at the last step's numbers.
   *
   * @throws DivergedError if they are not finite
   */
  settle(): Promise<void>;
  /** Ends an epoch: tells its mean loss. All its steps must be settled. */
  endEpoch(epoch: number): void;
  /** A checkpoint of a step is whole. */
  noteSaved(step: number): void;
  /** Frees what is on its way, after an error. */
  discard(): void;
}

/** Whether a step gets a line in the run log: every few steps, and the first and the last. */
export function isLogStep({ config, totalSteps }: RunPlan, step: number): boolean {
  return step % config.logEverySteps === 0 || step === 1 || step === totalSteps;
}

/** What a journal is kept with. */
export interface JournalOptions {
  readonly run: Run;
  readonly schedule: Schedule;
  readonly store: RunStore;
  readonly pace: PaceMeter;
  readonly onEvent: (event: TrainerEvent) => void;
  /** Of the checkpoint that the run goes on from, where there is one. */
  readonly savedStep: number | undefined;
}

export function createJournal({ run, schedule, store, pace, onEvent, savedStep }: JournalOptions): Journal {
  const { plan, method } = run;
  const { config, stepsPerEpoch, totalSteps, streams } = plan;
  const samplesPerStep = streams[0]?.batchSize ?? config.batchSize;
  const watchForCollapse = createCollapseWatch(method, describeMetrics(method, plan));
  let pending: { readonly step: number; readonly report: PendingReport } | undefined;
  let saved = savedStep;
  let lastLoss: number | undefined;
  let epochLosses: number[] = [];
  let epochStart = performance.now();

  async function tell(step: number, report: StepReport): Promise<void> {
    const { loss, gradientNorm, metrics, health, projectionHealth } = report;
    const learningRate = schedule(step - 1);
    checkFinite(report, { step, learningRate, savedStep: saved });
    lastLoss = loss;
    epochLosses.push(loss);
    const epoch = step / stepsPerEpoch;
    const { imagesPerSecond, dataWaitFraction } = pace.read();
    onEvent({ type: 'step', step, totalSteps, epoch, loss, learningRate, imagesPerSecond });
    if (!isLogStep(plan, step)) return;

    const record = {
      ...{ step, epoch, samples: step * samplesPerStep, loss, learningRate, gradientNorm },
      ...{ imagesPerSecond, dataWaitFraction },
      ...(health && { embeddingStd: health.embeddingStd, effectiveRank: health.effectiveRank }),
      ...(projectionHealth && {
        projectionStd: projectionHealth.embeddingStd,
        projectionRank: projectionHealth.effectiveRank,
      }),
      ...metrics,
    };
    await pace.pauseWhile(() => store.appendMetrics(record));
    onEvent({ type: 'log', record });
    const message = watchForCollapse(step, report);
    if (message !== undefined) onEvent({ type: 'warning', message });
    pace.restart();
  }

  async function settle(): Promise<void> {
    if (pending === undefined) return;
    const { step, report } = pending;
    pending = undefined;
    await tell(step, await report.settle());
  }

  return {
    get lastLoss() {
      return lastLoss;
    },
    async follow(step, report) {
      await settle();
      pending = { step, report };
    },
    settle,
    endEpoch(epoch) {
      const loss = epochLosses.reduce((sum, value) => sum + value, 0) / epochLosses.length;
      const seconds = (performance.now() - epochStart) / 1000;
      onEvent({ type: 'epoch', epoch, epochs: config.epochs, loss, seconds });
      epochLosses = [];
      epochStart = performance.now();
    },
    noteSaved(step) {
      saved = step;
    },
    discard() {
      pending?.report.discard();
      pending = undefined;
    },
  };
}
