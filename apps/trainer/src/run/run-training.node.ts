import { availableParallelism } from 'node:os';
import { describeShape, getModality } from '@ssl/augment';
import type { BackendInfo } from '@ssl/backend';
import { createInlineViewLoader, type Dataset, type ViewLoader, type ViewLoaderOptions } from '@ssl/data';
import { canWorkersOpen, createWorkerViewLoader } from '@ssl/data/node';
import type { AnyMethod } from '@ssl/losses';
import { createTrainer, type RunPlan, type Trainer, type TrainerEvent } from '@ssl/train';
import { parameterCount, type Backbone } from '@ssl/models';
import type { RunFolder } from '@ssl/train/node';
import { formatCount, formatNumber } from '../terminal/format.ts';
import type { StopSignal } from '../terminal/stop-signal.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import { lockRun } from './run-lock.node.ts';

/** A run that is ready to start or to go on. */
export interface TrainingJob {
  readonly method: AnyMethod;
  readonly plan: RunPlan;
  readonly dataset: Dataset;
  readonly backend: BackendInfo;
  /** Keeps the run. */
  readonly folder: RunFolder;
  /** What the backbone starts from, where the folder has no checkpoint yet. */
  readonly initialize?: ((backbone: Backbone) => void) | undefined;
  /** Watches the method's hooks at every step. */
  readonly check?: boolean | undefined;
}

/** What came of it: the JSON document of `ssl train`. */
export interface TrainingSummary {
  /** The run folder. */
  readonly run: string;
  readonly method: string;
  /** `stopped`: by a signal, with a checkpoint. */
  readonly outcome: 'done' | 'stopped';
  readonly step: number;
  readonly totalSteps: number;
  readonly epochs: number;
  /** Of the last step; absent where no step was done. */
  readonly loss?: number;
  /** Of this process. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** Threads that prepare images where the user does not say: all cores but the one that computes, at most four. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1));
}

/**
 * Trains to the end, or until a signal comes. Nothing is written before the first step but the lock.
 *
 * @throws UserError for what does not fit together, before anything is written; see `Trainer.run` for the rest
 */
export async function runTraining(
  job: TrainingJob,
  terminal: Terminal,
  stop: StopSignal,
): Promise<TrainingSummary> {
  const { method, plan, dataset, folder, initialize, check = false } = job;
  const { config } = plan;
  const trainer = await createTrainer({
    ...{ method, dataset, plan, initialize },
    createLoader: loaderFactory(config.workers ?? defaultWorkers()),
  });
  try {
    const unlock = await lockRun(folder.directory);
    try {
      announce(job, trainer, folder.directory, terminal);
      const meter = createMeter(trainer, terminal);
      const result = await trainer.run({
        ...{ store: folder, signal: stop.signal, check },
        onEvent: (event) => meter.follow(event),
      });
      return {
        run: folder.directory,
        method: method.name,
        ...result,
        epochs: config.epochs,
        seconds: meter.seconds(),
        imagesPerSecond: meter.samplesPerSecond(),
      };
    } finally {
      terminal.endProgress();
      await unlock();
    }
  } finally {
    trainer.dispose();
  }
}

/** Makes views in worker threads, or in this one for data that only this process knows how to open. */
export function loaderFactory(workers: number): (options: ViewLoaderOptions) => ViewLoader {
  return (options) =>
    canWorkersOpen(options.dataset)
      ? createWorkerViewLoader({ ...options, workers })
      : createInlineViewLoader(options);
}

function announce(
  { method, plan, dataset, backend }: TrainingJob,
  trainer: Trainer,
  directory: string,
  terminal: Terminal,
): void {
  const { name } = trainer.backbone;
  const { input, config, stepsPerEpoch } = plan;
  const { noun } = getModality(input.modality);
  for (const note of backend.notes) terminal.note(note);
  terminal.note(
    `Training ${method.name} on ${dataset.name}: ${formatCount(dataset.length, noun)} at ${describeShape(input.shape)}, ` +
      `${name} (${parameterCount(trainer.backbone.parameters).toLocaleString('en')} parameters), ${formatCount(config.epochs, 'epoch')} of ${formatCount(stepsPerEpoch, 'step')}, ${backend.description}.`,
  );
  terminal.note(`Run folder: ${directory}`);
}

interface Meter {
  follow(event: TrainerEvent): void;
  /** Since the first event. */
  seconds(): number;
  /** Mean since the first step; 0 before there is a second one. */
  samplesPerSecond(): number;
}

/** Turns a trainer's events into progress and lines. */
function createMeter({ config, totalSteps }: Trainer, terminal: Terminal): Meter {
  const start = performance.now();
  const progress = terminal.progress();
  let step = 0;
  // The first step compiles and warms up: it says nothing of the pace.
  let first: { readonly step: number; readonly at: number } | undefined;

  function samplesPerSecond(): number | undefined {
    if (first === undefined || step <= first.step) return undefined;
    return ((step - first.step) * config.batchSize * 1000) / (performance.now() - first.at);
  }

  function show(epoch: number, loss: number): void {
    const pace = samplesPerSecond();
    progress.update({
      label: `epoch ${Math.min(config.epochs, Math.floor(epoch) + 1)}/${config.epochs}`,
      done: step,
      total: totalSteps,
      figures: [
        `loss ${formatNumber(loss)}`,
        ...(pace === undefined ? [] : [`${Math.round(pace)} samples/s`]),
      ],
      secondsLeft: pace === undefined ? undefined : ((totalSteps - step) * config.batchSize) / pace,
    });
  }

  return {
    seconds: () => (performance.now() - start) / 1000,
    samplesPerSecond: () => samplesPerSecond() ?? 0,
    follow(event) {
      switch (event.type) {
        case 'start':
          if (event.step > 0) terminal.note(`Going on from step ${event.step} of ${totalSteps}.`);
          break;
        case 'step':
          step = event.step;
          first ??= { step, at: performance.now() };
          show(event.epoch, event.loss);
          break;
        case 'warning':
          terminal.note(`Warning: ${event.message}`);
          break;
        case 'log':
        case 'epoch':
        case 'checkpoint':
          break;
      }
    },
  };
}
