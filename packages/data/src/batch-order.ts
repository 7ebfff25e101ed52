import { createRandom } from '@ssl/random';

import { checkViewLoaderOptions, type ViewLoaderOptions } from './view-loader.ts';

/** The images of one step. */
export interface BatchPlan {
  readonly epoch: number;
  /** Indices into the data set, `[batchSize]`; fewer in the last batch of an epoch without `dropLast`. */
  readonly indices: Int32Array;
}

/** Which images are in which step. */
export interface BatchOrder {
  readonly stepsPerEpoch: number;
  plan(step: number): BatchPlan;
}

/**
 * The order in which a loader takes the images, as `ViewLoader` defines it.
 *
 * @throws UserError, RangeError as `checkViewLoaderOptions`
 */
export function createBatchOrder(options: ViewLoaderOptions): BatchOrder {
  checkViewLoaderOptions(options);
  const { batchSize, seed, shuffle = true, dropLast = true } = options;
  const { length } = options.dataset;
  const stepsPerEpoch = dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);

  // Steps are asked for in order, so one remembered epoch spares a permutation a step.
  let remembered: { readonly epoch: number; readonly order: Int32Array } = {
    epoch: -1,
    order: new Int32Array(),
  };
  function orderOf(epoch: number): Int32Array {
    if (remembered.epoch !== epoch) {
      const order = shuffle
        ? createRandom(seed, 'order', epoch).permutation(length)
        : Int32Array.from({ length }, (_, index) => index);
      remembered = { epoch, order };
    }
    return remembered.order;
  }

  return {
    stepsPerEpoch,
    plan(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      const first = (step % stepsPerEpoch) * batchSize;
      return { epoch, indices: orderOf(epoch).slice(first, first + batchSize) };
    },
  };
}
