import type { ViewBatch } from '@ssl/augment';
import type { Progress } from '@ssl/losses';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { clipGradients } from '../optimizers/clip-gradients.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Run } from '../plan/create-run.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { differentiate } from './differentiate.ts';
import { callHook, hookError, tapedHooks } from './method-guard.ts';
import { memoryError } from './out-of-memory.ts';
import type { StepWatch } from './step-watch.ts';
import { readStep, type PendingReport } from './step-report.ts';
import type { SampleSweep } from './dataset-sweep.ts';
import { disposeViews, toViews } from './view-tensors.ts';

/** What steps are taken with. */
export interface StepTools {
  readonly run: Run;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** The whole data set, for methods that sweep over it. */
  readonly sweep: SampleSweep;
  /** Watches the hooks for leaks and writes, where that is asked for. */
  readonly watch?: StepWatch | undefined;
}

/**
 * One step of training: the method's first hook; forward, objective and gradients; the optimizer's update; batch
 * statistics; the method's last hook. The trainer runs it, and the contract certifies it.
 *
 * @param step steps done before
 * @param withHealth whether the report is to hold the features' health
 * @returns the step's numbers, on their way
 */
export async function takeStep(
  tools: StepTools,
  batch: ViewBatch,
  step: number,
  withHealth: boolean,
): Promise<PendingReport> {
  const { run, sweep, watch } = tools;
  const { method, state, plan } = run;
  if (method.beforeStep !== undefined) {
    const before = tf.memory().numTensors;
    try {
      await method.beforeStep(state, { ...progressOf(plan, step, 'before'), sweep });
    } catch (error) {
      throw hookError(method, 'beforeStep', error);
    }
    watch?.noteTensors('beforeStep', tf.memory().numTensors - before);
  }
  try {
    return computeStep(tools, batch, step, withHealth);
  } catch (error) {
    throw memoryError(error, { run, batch, progress: progressOf(plan, step, 'loss') });
  }
}

function computeStep(tools: StepTools, batch: ViewBatch, step: number, withHealth: boolean): PendingReport {
  const { run, watch } = tools;
  const { method, state, plan, trees } = run;
  const before = tf.memory().numTensors;
  const views = toViews(batch, method.usesLabels === true);
  try {
    const checkPurity = watch?.watchPurity(trees);
    const result = differentiate(run, views, progressOf(plan, step, 'loss'), {
      microBatch: plan.config.microBatch,
    });
    try {
      checkPurity?.();
      update(tools, result.gradients, step);
      result.statistics.commit();
      const beforeHook = tf.memory().numTensors;
      callHook(method, 'afterStep', () =>
        tf.tidy(() => method.afterStep?.(state, result.outputs, views, progressOf(plan, step, 'after'))),
      );
      watch?.noteTensors('afterStep', tf.memory().numTensors - beforeHook);
      const watched = withHealth ? watchedRows(result.outputs) : [];
      const report = readStep(result.scalars, result.metricNames, watched);
      result.dispose();
      disposeViews(views);
      try {
        watch?.noteTensors(tapedHooks, tf.memory().numTensors - before - 1 - watched.length);
      } catch (error) {
        report.discard();
        throw error;
      }
      return report;
    } finally {
      result.dispose();
    }
  } catch (error) {
    disposeViews(views);
    throw error;
  }
}

function update(
  { run, optimizer, schedule }: StepTools,
  gradients: Parameters<Optimizer['update']>[0],
  step: number,
): void {
  const { config, stepsPerEpoch, totalSteps } = run.plan;
  const at = { epoch: Math.floor(step / stepsPerEpoch), progress: step / totalSteps };
  if (config.gradientClipping === undefined) {
    optimizer.update(gradients, schedule(step), at);
    return;
  }
  const clipped = clipGradients(gradients, config.gradientClipping);
  optimizer.update(clipped, schedule(step), at);
  tf.dispose([...clipped.values()]);
}

/** The rows that a report looks at: features, then what the objective compares; new tensors. */
function watchedRows({
  features,
  projections,
}: {
  features: tf.Tensor;
  projections?: tf.Tensor;
}): tf.Tensor2D[] {
  const rows = (x: tf.Tensor): tf.Tensor2D => {
    const dim = x.shape.at(-1) ?? 1;
    return tf.keep(tf.reshape(x, [x.size / dim, dim]));
  };
  return projections === undefined || projections === features
    ? [rows(features)]
    : [rows(features), rows(projections)];
}

/** Where a run stands at a step. */
export function progressOf(plan: RunPlan, step: number, part: string): Progress {
  const { config, input, stepsPerEpoch, totalSteps, streams } = plan;
  return {
    options: config.methodOptions,
    ...{ input, step, totalSteps },
    epoch: Math.floor(step / stepsPerEpoch),
    totalEpochs: config.epochs,
    samples: step * (streams[0]?.batchSize ?? config.batchSize),
    random: createRandom(config.seed, 'step', step, part),
  };
}
