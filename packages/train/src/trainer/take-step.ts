import type { ViewBatch } from '@ssl/augment';
import type { Progress, StepContext } from '@ssl/losses';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { clipGradients } from '../optimizers/clip-gradients.ts';
import { sweepDataset } from './dataset-sweep.ts';
import { callHook, hookError } from './method-guard.ts';
import { memoryError } from './out-of-memory.ts';
import { readStep, type PendingReport } from './step-report.ts';
import { differentiate, watchedTensors } from './training-step.ts';
import type { TrainingSetup } from './training-setup.ts';
import { disposeViews, toViews } from './view-tensors.ts';

/**
 * One step of training: the method's hook, loss and gradients, the optimizer's update, batch statistics, the
 * method's other hook.
 *
 * @param step steps done before
 * @param withHealth whether the report is to hold the features' health
 * @returns the step's numbers, on their way
 */
export async function takeStep(
  setup: TrainingSetup,
  batch: ViewBatch,
  step: number,
  withHealth: boolean,
): Promise<PendingReport> {
  const { method, state, leaks } = setup;
  const before = tf.memory().numTensors;
  try {
    await method.beforeStep?.(state, contextOf(setup, step, 'before'));
  } catch (error) {
    throw hookError(method, 'beforeStep', error);
  }
  leaks.note('beforeStep', tf.memory().numTensors - before);
  try {
    return computeStep(setup, batch, step, withHealth);
  } catch (error) {
    throw memoryError(error, { method, state, batch, progress: progressOf(setup, step, 'loss') });
  }
}

function computeStep(
  setup: TrainingSetup,
  batch: ViewBatch,
  step: number,
  withHealth: boolean,
): PendingReport {
  const { method, state, optimizer, schedule, config, leaks } = setup;
  const before = tf.memory().numTensors;
  const views = toViews(batch, method.usesLabels === true);
  try {
    const { gradients, output, statistics, scalars, dispose } = differentiate(
      method,
      state,
      views,
      progressOf(setup, step, 'loss'),
    );
    try {
      if (config.gradientClipping === undefined) {
        optimizer.update(gradients, schedule(step));
      } else {
        const clipped = clipGradients(gradients, config.gradientClipping);
        optimizer.update(clipped, schedule(step));
        tf.dispose([...clipped.values()]);
      }
      statistics.commit();
      const beforeHook = tf.memory().numTensors;
      callHook(method, 'afterStep', () =>
        tf.tidy(() => method.afterStep?.(state, contextOf(setup, step, 'after'), output.aux ?? {})),
      );
      leaks.note('afterStep', tf.memory().numTensors - beforeHook);
    } finally {
      dispose();
    }
    const watched = withHealth ? watchedTensors(output) : [];
    if (!withHealth) tf.dispose([...watchedTensors(output)]);
    disposeViews(views);
    const report = readStep(scalars, Object.keys(output.metrics ?? {}), watched);
    try {
      leaks.note('loss', tf.memory().numTensors - before - 1 - watched.length);
    } catch (error) {
      report.discard();
      throw error;
    }
    return report;
  } catch (error) {
    disposeViews(views);
    throw error;
  }
}

function progressOf(
  { config, stepsPerEpoch, totalSteps }: TrainingSetup,
  step: number,
  part: string,
): Omit<Progress, 'forward'> {
  return {
    step,
    totalSteps,
    epoch: Math.floor(step / stepsPerEpoch),
    totalEpochs: config.epochs,
    samples: step * config.batchSize,
    random: createRandom(config.seed, 'step', step, part),
  };
}

function contextOf(setup: TrainingSetup, step: number, part: string): StepContext {
  const { dataset, image, recipe, config, createLoader } = setup;
  return {
    ...progressOf(setup, step, part),
    sweep: () => sweepDataset({ dataset, image, recipe, batchSize: config.batchSize, createLoader }),
  };
}
