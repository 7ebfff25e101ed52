import { availableParallelism } from 'node:os';
import type { BackendInfo } from '@ssl/backend';
import type { ImageDataset } from '@ssl/data';
import { createWorkerViewLoader } from '@ssl/data/node';
import type { AnyMethod } from '@ssl/losses';
import { createTrainer, type RunStore, type TrainConfig, type Trainer, type TrainerEvent } from '@ssl/train';
import type { RunFolder } from '@ssl/train/node';
import { formatCount, formatNumber } from '../terminal/format.ts';
import type { StopSignal } from '../terminal/stop-signal.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import { lockRun } from './run-lock.node.ts';

/** A run that is ready to start or to go on. */
export interface TrainingJob {
  readonly method: AnyMethod;
  readonly config: TrainConfig;
  readonly dataset: ImageDataset;
  readonly backend: BackendInfo;
  /** The folder that keeps the run, once there is a trainer to describe it by. */
  openFolder(trainer: Trainer): Promise<RunFolder>;
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
  const { method, config, dataset } = job;
  const workers = config.workers ?? defaultWorkers();
  let folder: RunFolder | undefined;
  const trainer = createTrainer({
    method,
    dataset,
    config,
    createLoader: (options) => createWorkerViewLoader({ ...options, workers }),
    store: lateStore(() => folder),
  });
  try {
    folder = await job.openFolder(trainer);
    const unlock = await lockRun(folder.directory);
    try {
      announce(job, trainer, folder.directory, terminal);
      const meter = createMeter(trainer, terminal);
      const result = await trainer.run({ signal: stop.signal, onEvent: (event) => meter.follow(event) });
      return {
        run: folder.directory,
        method: method.name,
        ...result,
        epochs: config.epochs,
        seconds: meter.seconds(),
        imagesPerSecond: meter.imagesPerSecond(),
      };
    } finally {
      terminal.endProgress();
      await unlock();
    }
  } finally {
    trainer.dispose();
  }
}

/** A store that is named later: the trainer is there before the folder, whose config it describes. */
function lateStore(folder: () => RunFolder | undefined): RunStore {
  function store(): RunFolder {
    const found = folder();
    if (found === undefined) throw new Error('runTraining: the run folder is not open yet');
    return found;
  }
  return {
    loadCheckpoint: () => store().loadCheckpoint(),
    saveCheckpoint: (checkpoint) => store().saveCheckpoint(checkpoint),
    appendMetrics: (record) => store().appendMetrics(record),
    rewindMetrics: (step) => store().rewindMetrics(step),
  };
}

function announce(
  { method, config, dataset, backend }: TrainingJob,
  trainer: Trainer,
  directory: string,
  terminal: Terminal,
): void {
  const { name, width } = trainer.backbone.settings;
  const { height, width: columns } = trainer.image;
  for (const note of backend.notes) terminal.note(note);
  terminal.note(
    `Training ${method.name} on ${dataset.name}: ${dataset.length} images at ${height}×${columns}, ` +
      `${name} of width ${width}, ${formatCount(config.epochs, 'epoch')} of ${formatCount(trainer.stepsPerEpoch, 'step')}, ${backend.description}.`,
  );
  terminal.note(`Run folder: ${directory}`);
}

interface Meter {
  follow(event: TrainerEvent): void;
  /** Since the first event. */
  seconds(): number;
  /** Mean since the first step; 0 before there is a second one. */
  imagesPerSecond(): number;
}

/** Turns a trainer's events into progress and lines. */
function createMeter({ config, totalSteps }: Trainer, terminal: Terminal): Meter {
  const start = performance.now();
  const progress = terminal.progress();
  let step = 0;
  // The first step compiles and warms up: it says nothing of the pace.
  let first: { readonly step: number; readonly at: number } | undefined;

  function imagesPerSecond(): number | undefined {
    if (first === undefined || step <= first.step) return undefined;
    return ((step - first.step) * config.batchSize * 1000) / (performance.now() - first.at);
  }

  function show(epoch: number, loss: number): void {
    const pace = imagesPerSecond();
    progress.update({
      label: `epoch ${Math.min(config.epochs, Math.floor(epoch) + 1)}/${config.epochs}`,
      done: step,
      total: totalSteps,
      figures: [
        `loss ${formatNumber(loss)}`,
        ...(pace === undefined ? [] : [`${Math.round(pace)} images/s`]),
      ],
      secondsLeft: pace === undefined ? undefined : ((totalSteps - step) * config.batchSize) / pace,
    });
  }

  return {
    seconds: () => (performance.now() - start) / 1000,
    imagesPerSecond: () => imagesPerSecond() ?? 0,
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
