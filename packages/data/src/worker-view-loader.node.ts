import type { ViewBatch } from '@ssl/augment';

import { createBatchOrder } from './batch-order.ts';
import { createInlineViewLoader } from './inline-view-loader.ts';
import { isKnownKind } from './open-dataset.node.ts';
import { shareDataset } from './subset.ts';
import { joinSlices, type ViewSlice } from './join-slices.ts';
import { checkSteps, closedError, type ViewLoader, type ViewLoaderOptions } from './view-loader.ts';
import type { ViewTask, ViewWorkerData } from './view-worker.node.ts';
import { createWorkerPool } from './worker-pool.node.ts';

/** As `ViewLoaderOptions`, and how many threads make the views. */
export interface WorkerViewLoaderOptions extends ViewLoaderOptions {
  /** Worker threads, ≥ 0. With 0, views are made in the calling thread, when they are asked for. */
  readonly workers: number;
  /** Batches made ahead of the one that is asked for, ≥ 1. Bounds the memory. Default 2. */
  readonly prefetchBatches?: number;
}

/**
 * A loader whose batches are made by worker threads, ahead of the step that takes them. They are the same, byte
 * for byte, as those of `createInlineViewLoader`.
 *
 * Each batch is cut into one slice a worker, rather than each worker making batches of its own: so the first batch
 * is there sooner, and the memory for the batches ahead does not grow with the number of workers. Slices are moved,
 * not copied, to this thread, which puts them together in fresh arrays: far less work than making them, and the
 * caller owns the result.
 *
 * Workers start at once, end with `close()`, and keep the process alive only while a batch is awaited. If one dies,
 * the loader is done for: this and all further batches reject with its error.
 *
 * @throws UserError as `checkViewLoaderOptions`
 * @throws TypeError if the data set is of no kind that workers can open
 * @throws RangeError if `workers`, `prefetchBatches` or a `batchSize` is out of its range
 */
export function createWorkerViewLoader(options: WorkerViewLoaderOptions): ViewLoader {
  const { dataset, recipe, input, streams, seed, workers, prefetchBatches = 2 } = options;
  checkCount('workers', workers, 0);
  checkCount('prefetchBatches', prefetchBatches, 1);
  if (workers === 0) return createInlineViewLoader(options);

  const { stepsPerEpoch, plan } = createBatchOrder(options);
  const shared = shareDataset(dataset);
  if (!isKnownKind(shared)) {
    throw new TypeError(
      `createWorkerViewLoader: workers cannot open a data set of kind "${shared.kind}"; use createInlineViewLoader`,
    );
  }
  const workerData: ViewWorkerData = { dataset: shared, recipe, input, streams, seed };
  const pool = createWorkerPool<ViewTask, ViewSlice>('view-worker.node', workers, workerData, closedError);
  let waitMilliseconds = 0;
  let waiting = 0;

  async function makeBatch(step: number, signal: AbortSignal): Promise<ViewBatch> {
    const segments = plan(step);
    const slices = segments
      .flatMap((segment) => cut(segment.indices, workers).map((indices) => ({ ...segment, indices })))
      .map((task) => pool.run(task, signal));
    return joinSlices(await Promise.all(slices), segments, dataset.labels);
  }

  async function awaited(batch: Promise<ViewBatch>): Promise<ViewBatch> {
    const start = performance.now();
    if (waiting++ === 0) pool.hold(true);
    try {
      return await batch;
    } finally {
      if (--waiting === 0) pool.hold(false);
      waitMilliseconds += performance.now() - start;
    }
  }

  async function* iterate(fromStep: number, toStep: number): AsyncGenerator<ViewBatch> {
    const stopped = new AbortController();
    const ahead: Promise<ViewBatch>[] = [];
    let nextStep = fromStep;
    try {
      for (let step = fromStep; step < toStep; step++) {
        while (nextStep < toStep && ahead.length <= prefetchBatches) {
          const batch = makeBatch(nextStep++, stopped.signal);
          // One that fails is awaited in its turn, or never.
          batch.catch(() => undefined);
          ahead.push(batch);
        }
        yield await awaited(ahead.shift() as Promise<ViewBatch>);
      }
    } finally {
      stopped.abort();
    }
  }

  return {
    stepsPerEpoch,
    get waitMilliseconds() {
      return waitMilliseconds;
    },
    batches(fromStep, toStep) {
      checkSteps(fromStep, toStep);
      return iterate(fromStep, toStep);
    },
    close: () => pool.close(),
  };
}

/** Cuts a batch into at most `count` parts whose lengths differ by one at most. */
function cut(indices: Int32Array, count: number): Int32Array[] {
  const parts = Math.min(count, indices.length);
  const boundary = (part: number): number => Math.floor((part * indices.length) / parts);
  return Array.from({ length: parts }, (_, part) => indices.slice(boundary(part), boundary(part + 1)));
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(
    `createWorkerViewLoader: ${name} must be an integer of at least ${least}, got ${value}`,
  );
}
