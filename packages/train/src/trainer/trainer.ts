import type { InputSpec, ViewBatch, ViewRecipe } from '@ssl/augment';
import { createInlineViewLoader, type Dataset, type ViewLoader, type ViewLoaderOptions } from '@ssl/data';
import type { MethodState } from '@ssl/losses';
import type { Backbone } from '@ssl/models';
import type { TrainConfig } from '../config/train-config.ts';
import { createOptimizer } from '../optimizers/create-optimizer.ts';
import { createRun, type CreateRunOptions } from '../plan/create-run.ts';
import { planRun, streamPlans, visibleDataset, type PlanOptions, type RunPlan } from '../plan/run-plan.ts';
import { createMemoryRunStore } from '../run/memory-run-store.ts';
import type { RunStore } from '../run/run-store.ts';
import { createSchedule } from '../schedules/schedule.ts';
import { evaluationBatches, sweepDataset } from './dataset-sweep.ts';
import { warningsOf } from './describe-metrics.ts';
import { createJournal, isLogStep } from './journal.ts';
import { createPaceMeter } from './pace.ts';
import { checkpointAt, resumeFrom } from './resume.ts';
import { disposeState } from './state-trees.ts';
import { takeStep, type StepTools } from './step.ts';
import { createStepWatch } from './step-watch.ts';
import { createTensorCount } from './tensor-count.ts';
import type { TrainerEvent, TrainResult } from './trainer-events.ts';

/** What a trainer is made of. */
export interface TrainerOptions extends PlanOptions, CreateRunOptions {
  /** The plan of the run, where it is settled already (`planRun`): then `config` is not looked at. */
  readonly plan?: RunPlan;
  /** How batches are made; default: in this thread (`createInlineViewLoader`). Changes no result. */
  readonly createLoader?: (options: ViewLoaderOptions) => ViewLoader;
}

/** How to run. */
export interface RunOptions {
  /** Where the run is kept; default: in memory. */
  readonly store?: RunStore;
  /** Stops the run after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Told what happens, in order. What it throws ends the run. */
  readonly onEvent?: (event: TrainerEvent) => void;
  /** Watches the method's hooks at every step for leaks and for writes where there must be none. Default false. */
  readonly check?: boolean;
}

/** A training run. */
export interface Trainer {
  /** Everything that decides the run, settled. */
  readonly plan: RunPlan;
  /** All settings, defaults filled in. */
  readonly config: TrainConfig;
  /** What the backbone takes. */
  readonly input: InputSpec;
  /** Views that the method learns from. */
  readonly recipe: ViewRecipe;
  /** The network that is evaluated, at its latest step: the trained one, or the method's EMA copy where it says so. */
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
   * The samples of a data set as the network takes them, in order and without augmentation, normalised
   * as its views are. For `extractFeatures` and `scoreBackbone` of `@ssl/eval`.
   */
  batches(dataset: Dataset): AsyncIterable<ViewBatch>;
  /** Frees the weights, the backbone's included, and everything else of the run. */
  dispose(): void;
}

const ignore = (): void => undefined;

/**
 * A trainer of a method on a data set, on the TensorFlow.js backend in use.
 *
 * @throws UserError for settings that do not fit, alone or to the data set
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { method, dataset: given, createLoader = createInlineViewLoader } = options;
  const plan = options.plan ?? (await planRun(options));
  const { config, input, recipe, stepsPerEpoch, totalSteps } = plan;
  const dataset = visibleDataset(plan, given);
  const { batchSize, optimizer: optimizerConfig } = config;
  const schedule = createSchedule(config.schedule, {
    baseRate: optimizerConfig.learningRate,
    epochs: config.epochs,
    stepsPerEpoch,
  });
  const run = createRun(method, plan, options);
  const groups = method.parameterGroups?.(run.state, config.methodOptions);
  const optimizer = createOptimizer(run.trees.trainable, optimizerConfig, groups);
  const sweep: StepTools['sweep'] = () => sweepDataset({ dataset, input, batchSize, createLoader });
  const tools: StepTools = { run, optimizer, schedule, sweep };
  return {
    ...{ plan, config, input, recipe, stepsPerEpoch, totalSteps },
    backbone: run.evaluated,
    state: run.state,
    run: (runOptions = {}) => train(tools, dataset, createLoader, runOptions),
    batches: (other) => evaluationBatches({ dataset: other, input, batchSize, createLoader }),
    dispose() {
      optimizer.dispose();
      disposeState(run.trees);
    },
  };
}

async function train(
  steps: StepTools,
  dataset: Dataset,
  createLoader: (options: ViewLoaderOptions) => ViewLoader,
  { store = createMemoryRunStore(), signal, onEvent = ignore, check = false }: RunOptions,
): Promise<TrainResult> {
  const { run, optimizer, schedule } = steps;
  const { plan, method } = run;
  const { config, input, recipe, stepsPerEpoch, totalSteps } = plan;
  const tools: StepTools = check ? { ...steps, watch: createStepWatch(method) } : steps;
  const trained = { run, optimizer, fingerprint: dataset.fingerprint };
  const checkpoint = await store.loadCheckpoint();
  let step = checkpoint === undefined ? 0 : resumeFrom(trained, checkpoint);
  let savedStep = checkpoint && step;
  let savedAt = performance.now();
  await store.rewindMetrics(step);

  const streams = streamPlans(plan, dataset);
  const loader = createLoader({ dataset, input, recipe, streams, seed: config.seed });
  const pace = createPaceMeter(loader);
  const journal = createJournal({ run, schedule, store, pace, onEvent, savedStep });
  const tensors = createTensorCount();

  async function save(): Promise<void> {
    await journal.settle();
    await pace.pauseWhile(async () => store.saveCheckpoint(await checkpointAt(trained, step)));
    savedStep = step;
    savedAt = performance.now();
    journal.noteSaved(step);
    onEvent({ type: 'checkpoint', step });
  }

  onEvent({ type: 'start', step, totalSteps, stepsPerEpoch, epochs: config.epochs });
  if (step === 0) for (const message of warningsOf(method, plan)) onEvent({ type: 'warning', message });
  try {
    for await (const batch of loader.batches(step, signal?.aborted ? step : totalSteps)) {
      const report = await takeStep(tools, batch, step, isLogStep(plan, step + 1));
      step += 1;
      pace.countSamples(streams[0]?.batchSize ?? config.batchSize);
      await journal.follow(step, report);
      if (isLogStep(plan, step)) await journal.settle();

      const epoch = step / stepsPerEpoch;
      const endsEpoch = Number.isInteger(epoch);
      if (endsEpoch) {
        await journal.settle();
        journal.endEpoch(epoch);
        const leak = tensors.endEpoch();
        if (leak !== undefined) onEvent({ type: 'warning', message: leak });
      }
      const isDue = (performance.now() - savedAt) / 60_000 >= config.checkpointEveryMinutes;
      if (isDue || (endsEpoch && epoch % config.checkpointEveryEpochs === 0)) await save();
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
