import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBatchOrder } from './batch-order.ts';
import { numberedDataset, plainRecipe } from './fixtures/numbered-dataset.ts';

const options = { recipe: plainRecipe, seed: 1 };

describe('createBatchOrder', () => {
  it('takes each image once an epoch, in another order each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (length, batchSize) => {
        const order = createBatchOrder({
          ...options,
          dataset: numberedDataset(length),
          batchSize,
          dropLast: false,
        });
        const { stepsPerEpoch } = order;
        const plans = Array.from({ length: stepsPerEpoch }, (_, i) => order.plan(2 * stepsPerEpoch + i));
        const indices = plans.flatMap((plan) => [...plan.indices]);
        return (
          stepsPerEpoch === Math.ceil(length / batchSize) &&
          plans.every(({ epoch }) => epoch === 2) &&
          indices.length === length &&
          new Set(indices).size === length
        );
      }),
    );
    const order = createBatchOrder({ ...options, dataset: numberedDataset(50), batchSize: 50 });
    expect(order.plan(0).indices).not.toEqual(order.plan(1).indices);
  });

  it('does not depend on which steps were asked for before', () => {
    const make = () => createBatchOrder({ ...options, dataset: numberedDataset(20), batchSize: 6 });
    const used = make();
    for (const step of [5, 0, 7, 2]) used.plan(step);
    expect(used.plan(4)).toEqual(make().plan(4));
  });

  it('drops the last smaller batch by default, and keeps the order of the set without shuffling', () => {
    const dataset = numberedDataset(7);
    const order = createBatchOrder({ ...options, dataset, batchSize: 3, shuffle: false });
    expect(order.stepsPerEpoch).toBe(2);
    expect(order.plan(3)).toEqual({ epoch: 1, indices: Int32Array.of(3, 4, 5) });
    const whole = createBatchOrder({ ...options, dataset, batchSize: 3, shuffle: false, dropLast: false });
    expect(whole.plan(2)).toEqual({ epoch: 0, indices: Int32Array.of(6) });
  });

  it('refuses fewer images than a batch, saying both numbers', () => {
    expect(() => createBatchOrder({ ...options, dataset: numberedDataset(7), batchSize: 8 })).toThrow(
      'numbered holds 7 images, fewer than a batch of 8: use a batch size of at most 7, or more images',
    );
    expect(() =>
      createBatchOrder({ ...options, dataset: numberedDataset(0), batchSize: 8, dropLast: false }),
    ).toThrow('numbered holds no images');
    expect(() => createBatchOrder({ ...options, dataset: numberedDataset(7), batchSize: 0 })).toThrow(
      'batchSize must be a positive integer, got 0',
    );
  });
});
