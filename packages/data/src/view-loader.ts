import type { ViewBatch, ViewRecipe } from '@ssl/augment';
import { UserError } from '@ssl/errors';

import type { ImageDataset } from './dataset.ts';

/** Which batches a loader makes. */
export interface ViewLoaderOptions {
  readonly dataset: ImageDataset;
  readonly recipe: ViewRecipe;
  /** Images in a batch, ≥ 1. */
  readonly batchSize: number;
  readonly seed: number;
  /** A new random order for each epoch; `false` keeps the order of the data set. Default `true`. */
  readonly shuffle?: boolean;
  /** Leaves out the last batch of an epoch where it would be smaller. Default `true`. */
  readonly dropLast?: boolean;
}

/**
 * Makes batches of views. A batch is a pure function of the data set, the recipe, the seed and the step: whatever
 * the loader and its number of workers, and wherever one starts.
 *
 * Step `s` is batch `s mod stepsPerEpoch` of epoch `floor(s / stepsPerEpoch)`. The order of an epoch is
 * `createRandom(seed, 'order', epoch).permutation(length)`; the views of an image are drawn from
 * `createRandom(seed, 'views', epoch, index)`.
 */
export interface ViewLoader {
  readonly stepsPerEpoch: number;
  /**
   * Milliseconds that callers have waited for batches, in all. Its growth during a step, divided by the time of
   * the step, is the share of time that training stood still for want of data.
   */
  readonly waitMilliseconds: number;
  /**
   * The batches of steps `fromStep` … `toStep − 1`, in order. Work ahead starts with the first batch asked for
   * and stops when the iteration ends. A batch and its arrays belong to the caller: the loader keeps no
   * reference, and never writes to them again.
   *
   * Asking for a batch rejects with the data set's error if one of its images cannot be decoded, and after
   * `close()`.
   *
   * @throws RangeError if the steps are no integers with 0 ≤ fromStep ≤ toStep
   */
  batches(fromStep: number, toStep: number): AsyncIterable<ViewBatch>;
  /** Stops the work ahead and the workers. Does not close the data set. May be called more than once. */
  close(): Promise<void>;
}

/**
 * @throws UserError if a batch cannot be filled
 * @throws RangeError if `batchSize` is no positive integer
 */
export function checkViewLoaderOptions(options: ViewLoaderOptions): void {
  const { dataset, batchSize, dropLast = true } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`createViewLoader: batchSize must be a positive integer, got ${batchSize}`);
  }
  if (dataset.length === 0) throw new UserError(`${dataset.name} holds no images`);
  if (dropLast && dataset.length < batchSize) {
    throw new UserError(
      `${dataset.name} holds ${dataset.length} images, fewer than a batch of ${batchSize}: ` +
        `use a batch size of at most ${dataset.length}, or more images`,
    );
  }
}

/** @throws RangeError if the steps are no integers with 0 ≤ fromStep ≤ toStep */
export function checkSteps(fromStep: number, toStep: number): void {
  if (!Number.isSafeInteger(fromStep) || !Number.isSafeInteger(toStep) || fromStep < 0 || toStep < fromStep) {
    throw new RangeError(
      `batches: expected integers with 0 ≤ fromStep ≤ toStep, got ${fromStep} and ${toStep}`,
    );
  }
}

/** What asking a closed loader for a batch rejects with. */
export function closedError(): Error {
  return new Error('ViewLoader: closed, so it has no more batches');
}
