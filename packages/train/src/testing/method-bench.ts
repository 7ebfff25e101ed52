import type { ViewBatch } from '@ssl/augment';
import { createInlineViewLoader, type Dataset, type ViewLoader } from '@ssl/data';
import type { AnyMethod } from '@ssl/losses';
import { isHostBuffer, type BufferTree } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainConfigInput } from '../config/train-config.ts';
import { createOptimizer } from '../optimizers/create-optimizer.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { createRun, type Run } from '../plan/create-run.ts';
import { planRun, streamPlans, visibleDataset } from '../plan/run-plan.ts';
import { createSchedule } from '../schedules/schedule.ts';
import { sweepDataset } from '../trainer/dataset-sweep.ts';
import { differentiate, type DifferentiateOptions } from '../trainer/differentiate.ts';
import { allTrees, disposeState } from '../trainer/state-trees.ts';
import { progressOf, takeStep, type StepTools } from '../trainer/step.ts';
import { createStepWatch } from '../trainer/step-watch.ts';
import { disposeViews, toViews } from '../trainer/view-tensors.ts';

/** What a method is tried on. */
export interface BenchSettings {
  readonly method: AnyMethod;
  readonly dataset: Dataset;
  readonly config: Partial<TrainConfigInput>;
}

/** Gradients and loss of a batch, as numbers. */
export interface StepNumbers {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** By the names of the trainable parameters. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** A method's run, and the trainer's own step on it, without run folder and log. */
export interface MethodBench {
  readonly run: Run;
  readonly optimizer: Optimizer;
  /** The batch of a step, the same one at every call. */
  batch(step: number): Promise<ViewBatch>;
  /** Loss and gradients; leaves the state as it is. */
  differentiate(step: number, options?: DifferentiateOptions): Promise<StepNumbers>;
  /** A whole step of the trainer; gives the loss. */
  train(step: number): Promise<number>;
  dispose(): Promise<void>;
}

/** Builds a method's run as the trainer does. */
export async function createMethodBench(
  { method, dataset: given, config: partial }: BenchSettings,
  seed: number,
): Promise<MethodBench> {
  const plan = await planRun({ method, dataset: given, config: { ...partial, seed } });
  const { config, input, recipe, stepsPerEpoch } = plan;
  const dataset = visibleDataset(plan, given);
  const run = createRun(method, plan);
  const groups = method.parameterGroups?.(run.state, config.methodOptions);
  const optimizer = createOptimizer(run.trees.trainable, config.optimizer, groups);
  const loader: ViewLoader = createInlineViewLoader({
    ...{ dataset, input, recipe, streams: streamPlans(plan, dataset), seed: 1 },
  });
  const tools: StepTools = {
    run,
    optimizer,
    schedule: createSchedule(config.schedule, {
      baseRate: config.optimizer.learningRate,
      epochs: config.epochs,
      stepsPerEpoch,
    }),
    sweep: () =>
      sweepDataset({ dataset, input, batchSize: config.batchSize, createLoader: createInlineViewLoader }),
    watch: createStepWatch(method),
  };

  async function batch(step: number): Promise<ViewBatch> {
    for await (const found of loader.batches(step, step + 1)) return found;
    throw new Error(`method contract: the loader has no batch of step ${step}`);
  }

  return {
    run,
    optimizer,
    batch,
    async differentiate(step, options) {
      const views = toViews(await batch(step), method.usesLabels === true);
      const result = differentiate(run, views, progressOf(plan, step, 'loss'), options);
      const [loss = NaN, , ...metrics] = await result.scalars.data();
      const gradients = new Map<string, Float32Array>();
      for (const [name, gradient] of result.gradients) gradients.set(name, await gradient.data<'float32'>());
      result.scalars.dispose();
      result.dispose();
      disposeViews(views);
      const named = result.metricNames.map((name, index) => [name, metrics[index] as number] as const);
      return { loss, metrics: Object.fromEntries(named), gradients };
    },
    async train(step) {
      const report = await takeStep(tools, await batch(step), step, false);
      return (await report.settle()).loss;
    },
    async dispose() {
      optimizer.dispose();
      disposeState(run.trees);
      await loader.close();
    },
  };
}

/** Every value of a tree by name, copied, as plain numbers. */
export async function snapshot(tree: BufferTree): Promise<Map<string, readonly number[]>> {
  const values = new Map<string, readonly number[]>();
  for (const [name, entry] of tree) {
    const data = isHostBuffer(entry) ? entry.data : await entry.variable.data();
    values.set(name, Array.from(data as Iterable<number | bigint>, Number));
  }
  return values;
}

/** The values of everything that a run saves of its state. */
export async function snapshotState({ trees }: Run): Promise<Map<string, readonly number[]>> {
  const all = await Promise.all(allTrees(trees).map(snapshot));
  return new Map(all.flatMap((tree) => [...tree]));
}

/** Tensors that live in the engine. */
export function countTensors(): number {
  return tf.memory().numTensors;
}
