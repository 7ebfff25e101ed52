import type { ImageSpec, ViewBatch, ViewRecipe } from '@ssl/augment';
import type { ImageDataset } from '@ssl/data';
import type { MethodState } from '@ssl/losses';
import { disposeTrees, type Backbone } from '@ssl/models';
import type { TrainConfig } from '../config/train-config.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import type { RunStore } from '../run/run-store.ts';
import { evaluationBatches } from './dataset-sweep.ts';
import { createJournal, isLogStep } from './journal.ts';
import { createPaceMeter } from './pace.ts';
import { checkpointAt, resumeFrom } from './resume.ts';
import { takeStep } from './take-step.ts';
import type { TrainerEvent, TrainResult } from './trainer-events.ts';
import { prepareTraining, type TrainingOptions, type TrainingSetup } from './training-setup.ts';

/** What a trainer is made of. */
export interface TrainerOptions extends TrainingOptions {
  /** Where the run is kept; default: in memory. */
  readonly store?: RunStore;
}

/** How to run. */
export interface RunOptions {
  /** Stops the run after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Told what happens, in order. What it throws ends the run. */
  readonly onEvent?: (event: TrainerEvent) => void;
}

/** A training run. */
export interface Trainer {
  /** All settings, defaults filled in. */
  readonly config: TrainConfig;
  /** Images that the backbone takes. */
  readonly image: ImageSpec;
  /** Views that the method learns from. */
  readonly recipe: ViewRecipe;
  /** The network that is trained, at its latest step. */
  readonly backbone: Backbone;
  readonly state: MethodState;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /**
   * Trains to the end, from the store's checkpoint where it has one, else from the start: a run that was stopped at
   * any point and goes on gives the same weights as one that was not, bit for bit where the backend repeats itself.
   *
   * @throws DivergedError if the loss or a gradient is not finite
   * @throws UserError if the store's checkpoint is damaged or of another run, the disk is full, or a batch does not
   * fit into the backend's memory (with the size that does)
   */
  run(options?: RunOptions): Promise<TrainResult>;
  /**
   * The images of a data set as the network takes them, in order and without augmentation: resized, and normalised
   * as its views are. For `extractFeatures` and `scoreBackbone` of `@ssl/eval`.
   */
  batches(dataset: ImageDataset): AsyncIterable<ViewBatch>;
  /** Frees the weights, the backbone's included, and everything else of the run. */
  dispose(): void;
}

const ignore = (): void => undefined;

/**
 * A trainer of a method on a data set, on the TensorFlow.js backend in use.
 *
 * @throws UserError for settings that do not fit, alone or to the data set
 */
export function createTrainer({ store = createMemoryRunStore(), ...options }: TrainerOptions): Trainer {
  const setup = prepareTraining(options);
  const { config, image, recipe, state, optimizer, stepsPerEpoch, totalSteps } = setup;
  const parts = { config, image, recipe, state, stepsPerEpoch, totalSteps };
  return {
    ...parts,
    backbone: state.backbone,
    run: (runOptions = {}) => run(setup, store, runOptions),
    batches: (dataset) => {
      const { batchSize } = config;
      return evaluationBatches({ dataset, image, recipe, batchSize, createLoader: setup.createLoader });
    },
    dispose() {
      optimizer.dispose();
      disposeTrees(state.trainable, state.buffers);
    },
  };
}

async function run(
  setup: TrainingSetup,
  store: RunStore,
  { signal, onEvent = ignore }: RunOptions,
): Promise<TrainResult> {
  const { dataset, recipe, config, stepsPerEpoch, totalSteps } = setup;
  const checkpoint = await store.loadCheckpoint();
  let step = checkpoint === undefined ? 0 : resumeFrom(setup, checkpoint);
  let savedStep = checkpoint && step;
  let savedAt = performance.now();
  await store.rewindMetrics(step);

  const { batchSize, seed, checkpointEveryEpochs, checkpointEveryMinutes } = config;
  const loader = setup.createLoader({ dataset, recipe, batchSize, seed });
  const pace = createPaceMeter(loader);
  const journal = createJournal(setup, store, pace, onEvent, savedStep);

  async function save(): Promise<void> {
    await journal.settle();
    await pace.pauseWhile(async () => store.saveCheckpoint(await checkpointAt(setup, step)));
    savedStep = step;
    savedAt = performance.now();
    journal.noteSaved(step);
    onEvent({ type: 'checkpoint', step });
  }

  onEvent({ type: 'start', step, totalSteps, stepsPerEpoch, epochs: config.epochs });
  try {
    for await (const batch of loader.batches(step, signal?.aborted ? step : totalSteps)) {
      const report = await takeStep(setup, batch, step, isLogStep(setup, step + 1));
      step += 1;
      pace.countImages(batchSize);
      await journal.follow(step, report);
      if (isLogStep(setup, step)) await journal.settle();

      const epoch = step / stepsPerEpoch;
      const endsEpoch = Number.isInteger(epoch);
      if (endsEpoch) {
        await journal.settle();
        journal.endEpoch(epoch);
      }
      const isDue = (performance.now() - savedAt) / 60_000 >= checkpointEveryMinutes;
      if (isDue || (endsEpoch && epoch % checkpointEveryEpochs === 0)) await save();
      await nextTurn();
      if (signal?.aborted) break;
    }
    await journal.settle();
    if (savedStep !== step) await save();
  } finally {
    journal.discard();
    await loader.close();
  }
  return {
    outcome: step < totalSteps ? 'stopped' : 'done',
    step,
    totalSteps,
    ...(journal.lastLoss !== undefined && { loss: journal.lastLoss }),
  };
}

/** Lets the event loop take its turn: signals and timers would starve behind steps that never wait. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
