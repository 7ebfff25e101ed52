import type { ViewBatch } from '@ssl/augment';

import { createBatchOrder } from './batch-order.ts';
import { makeViews } from './make-views.ts';
import { joinSlices, type ViewSlice } from './join-slices.ts';
import { checkSteps, closedError, type ViewLoader, type ViewLoaderOptions } from './view-loader.ts';

/**
 * A loader that makes each batch where it is called, when it is asked for: on any platform, without workers.
 *
 * @throws UserError, RangeError as `checkViewLoaderOptions`
 */
export function createInlineViewLoader(options: ViewLoaderOptions): ViewLoader {
  const { stepsPerEpoch, plan } = createBatchOrder(options);
  let waitMilliseconds = 0;
  let closed = false;

  async function makeBatch(step: number): Promise<ViewBatch> {
    const start = performance.now();
    try {
      const segments = plan(step);
      const slices: ViewSlice[] = [];
      for (const segment of segments) slices.push(await makeViews(options, segment, () => closed));
      if (closed) throw closedError();
      return joinSlices(slices, segments, options.dataset.labels);
    } finally {
      waitMilliseconds += performance.now() - start;
    }
  }

  async function* iterate(fromStep: number, toStep: number): AsyncGenerator<ViewBatch> {
    for (let step = fromStep; step < toStep; step++) {
      if (closed) throw closedError();
      yield await makeBatch(step);
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
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}
