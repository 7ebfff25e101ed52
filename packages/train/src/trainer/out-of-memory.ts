import type { ViewBatch } from '@ssl/augment';
import { isOutOfMemoryError } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import type { Progress } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import type { Run } from '../plan/create-run.ts';
import { differentiate } from './differentiate.ts';
import { disposeViews, partOfViews, toViews } from './view-tensors.ts';

/** The step that found no room. */
export interface FailedStep {
  readonly run: Run;
  readonly batch: ViewBatch;
  readonly progress: Progress;
}

/**
 * The error to report for one that a step threw: for a lack of memory, a line with the batch size that would fit.
 * That size is tried, on halves of the batch, rather than reckoned: what a backend needs beside the tensors it
 * tells of is not known. Any other error is given back as it is.
 */
export function memoryError(error: unknown, step: FailedStep): unknown {
  if (!isOutOfMemoryError(error)) return error;
  const batchSize = sizeOf(step.batch);
  const limit = error.limitBytes === undefined ? '' : ` (${gibibytes(error.limitBytes)})`;
  const problem = `a batch of ${batchSize} samples does not fit into the memory of the backend ${tf.getBackend()}${limit}`;
  const fitting = fittingBatchSize(step);
  const advice =
    fitting === undefined
      ? 'use smaller inputs or a smaller backbone'
      : `${fitting} fits: set batchSize or microBatch to ${fitting}, or use smaller inputs or a smaller backbone`;
  return new UserError(`${problem}; ${advice}`, { cause: error });
}

/** The largest half, quarter, … of the batch whose gradients can be computed; `undefined` where none can. */
function fittingBatchSize({ run, batch, progress }: FailedStep): number | undefined {
  const batchSize = sizeOf(batch);
  for (let size = Math.floor(batchSize / 2); size >= 2; size = Math.floor(size / 2)) {
    const made: ReturnType<typeof toViews>[] = [];
    try {
      const whole = toViews(batch, run.method.usesLabels === true);
      made.push(whole);
      const part = partOfViews(whole, 0, size / batchSize);
      made.push(part);
      const tried = differentiate(run, part, progress);
      tried.scalars.dispose();
      tried.dispose();
      return size;
    } catch (error) {
      // A method may refuse so small a batch: then it is no advice to give.
      if (!isOutOfMemoryError(error)) return undefined;
    } finally {
      made.forEach(disposeViews);
    }
  }
  return undefined;
}

function sizeOf({ streams }: ViewBatch): number {
  return Object.values(streams)[0]?.size ?? 0;
}

function gibibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(2))} GiB`;
}
