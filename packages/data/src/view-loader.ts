import type { InputSpec, ViewBatch, ViewRecipe } from '@ssl/augment';
import { UserError } from '@ssl/errors';

import type { Dataset } from './dataset.ts';

/** Samples that are taken from a data set batch by batch, in an order of their own. */
export interface StreamPlan {
  /** As the groups of the recipe name it. */
  readonly name: string;
  /** Samples of this stream in a batch, ≥ 1. */
  readonly batchSize: number;
  /** Which samples of the data set; default: all. */
  readonly indices?: Int32Array | undefined;
}

/** Which batches a loader makes. */
export interface ViewLoaderOptions {
  readonly dataset: Dataset;
  readonly recipe: ViewRecipe;
  /** What the views are for: their modality, and the normalisation that comes last. */
  readonly input: InputSpec;
  /** At least one; an epoch is one pass over the first. */
  readonly streams: readonly StreamPlan[];
  readonly seed: number;
  /** A new random order for each epoch; `false` keeps the order of the data set. Default `true`. */
  readonly shuffle?: boolean;
  /** Leaves out the last batch of an epoch where it would be smaller. Default `true`. */
  readonly dropLast?: boolean;
}

/** The stream of methods that name none. */
export const defaultStream = 'samples';

/** All samples of a data set, as one stream. */
export function oneStream(batchSize: number): readonly StreamPlan[] {
  return [{ name: defaultStream, batchSize }];
}

/**
 * Makes batches of views. A batch is a pure function of the data set, the recipe, the seed and the step: whatever
 * the loader and its number of workers, and wherever one starts.
 *
 * Step `s` is batch `s mod stepsPerEpoch` of epoch `floor(s / stepsPerEpoch)`. The order of an epoch is
 * `createRandom(seed, 'order', epoch).permutation(length)`; the views of a sample are drawn from
 * `createRandom(seed, 'views', epoch, index)`. Further streams go through their samples over and over, whatever the
 * epoch: pass `p` of stream `n` is ordered by `createRandom(seed, 'order', n, p)`, its views are drawn from
 * `createRandom(seed, 'views', n, p, index)`.
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
   * Asking for a batch rejects with the data set's error if one of its samples cannot be decoded, and after
   * `close()`.
   *
   * @throws RangeError if the steps are no integers with 0 ≤ fromStep ≤ toStep
   */
  batches(fromStep: number, toStep: number): AsyncIterable<ViewBatch>;
  /** Stops the work ahead and the workers. Does not close the data set. May be called more than once. */
  close(): Promise<void>;
}

/**
 * @throws UserError if a batch cannot be filled, or the samples are of another modality than the input
 * @throws RangeError if there is no stream, or a `batchSize` is no positive integer
 */
export function checkViewLoaderOptions(options: ViewLoaderOptions): void {
  const { dataset, input, streams, dropLast = true } = options;
  const { name, length, samples } = dataset;
  if (streams.length === 0) throw new RangeError('createViewLoader: expected at least one stream, got none');
  for (const { batchSize } of streams) {
    if (Number.isInteger(batchSize) && batchSize >= 1) continue;
    throw new RangeError(`createViewLoader: batchSize must be a positive integer, got ${batchSize}`);
  }
  if (samples.modality !== input.modality) {
    throw new UserError(
      `${name} holds ${samples.modality} samples, and the network takes ${input.modality}: use data of the kind it was made for`,
    );
  }
  if (length === 0) throw new UserError(`${name} holds no samples`);
  for (const [place, stream] of streams.entries()) checkLength(dataset, stream, place === 0 && dropLast);
}

function checkLength({ name, length }: Dataset, stream: StreamPlan, mustFill: boolean): void {
  const available = stream.indices?.length ?? length;
  if (available === 0) {
    throw new UserError(
      `${name} has no sample for the stream "${stream.name}": check the labels that it is chosen by`,
    );
  }
  if (!mustFill || available >= stream.batchSize) return;
  throw new UserError(
    `${name} holds ${available} samples, fewer than a batch of ${stream.batchSize}: ` +
      `use a batch size of at most ${available}, or more data`,
  );
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
