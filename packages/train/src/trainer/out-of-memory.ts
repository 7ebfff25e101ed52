import type { ViewBatch } from '@ssl/augment';
import { isOutOfMemoryError } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import type { AnyMethod, MethodState, Progress } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import { differentiate, watchedTensors } from './training-step.ts';
import { disposeViews, firstOfBatch, toViews } from './view-tensors.ts';

/** The step that found no room. */
export interface FailedStep {
  readonly method: AnyMethod;
  readonly state: MethodState;
  readonly batch: ViewBatch;
  readonly progress: Omit<Progress, 'forward'>;
}

/**
 * The error to report for one that a step threw: for a lack of memory, a line with the batch size that would fit.
 * That size is tried, on halves of the batch, rather than reckoned: what a backend needs beside the tensors it
 * tells of is not known. Any other error is given back as it is.
 */
export function memoryError(error: unknown, step: FailedStep): unknown {
  if (!isOutOfMemoryError(error)) return error;
  const { batchSize } = step.batch;
  const limit = error.limitBytes === undefined ? '' : ` (${gibibytes(error.limitBytes)})`;
  const problem = `a batch of ${batchSize} images does not fit into the memory of the backend ${tf.getBackend()}${limit}`;
  const fitting = fittingBatchSize(step);
  const advice =
    fitting === undefined
      ? 'use smaller images or a smaller backbone'
      : `${fitting} fits: set batchSize to ${fitting}, or use smaller images or a smaller backbone`;
  return new UserError(`${problem}; ${advice}`, { cause: error });
}

/** The largest half, quarter, … of the batch whose gradients can be computed; `undefined` where none can. */
function fittingBatchSize({ method, state, batch, progress }: FailedStep): number | undefined {
  for (let size = Math.floor(batch.batchSize / 2); size >= 2; size = Math.floor(size / 2)) {
    const views: ReturnType<typeof toViews>[] = [];
    try {
      views.push(toViews(firstOfBatch(batch, size), method.usesLabels === true));
      const tried = differentiate(method, state, views[0] as (typeof views)[number], progress);
      tf.dispose([tried.scalars, ...watchedTensors(tried.output)]);
      tried.dispose();
      return size;
    } catch (error) {
      // A method may refuse so small a batch: then it is no advice to give.
      if (!isOutOfMemoryError(error)) return undefined;
    } finally {
      views.forEach(disposeViews);
    }
  }
  return undefined;
}

function gibibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(2))} GiB`;
}
