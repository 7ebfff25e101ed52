import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBatchOrder } from './batch-order.ts';
import { numberedDataset, numberedInput, plainRecipe } from './fixtures/numbered-dataset.ts';
import { oneStream, type StreamPlan } from './view-loader.ts';

const options = { recipe: plainRecipe, input: numberedInput, seed: 1 };

describe('createBatchOrder', () => {
  it('takes each sample once an epoch, in another order each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (length, batchSize) => {
        const order = createBatchOrder({
          ...options,
          dataset: numberedDataset(length),
          streams: oneStream(batchSize),
          dropLast: false,
        });
        const { stepsPerEpoch } = order;
        const plans = Array.from({ length: stepsPerEpoch }, (_, i) =>
          order.plan(2 * stepsPerEpoch + i),
        ).flat();
        const indices = plans.flatMap((plan) => [...plan.indices]);
        return (
          stepsPerEpoch === Math.ceil(length / batchSize) &&
          plans.length === stepsPerEpoch &&
          plans.every(({ pass, isFirst, stream }) => pass === 2 && isFirst && stream === 'samples') &&
          indices.length === length &&
          new Set(indices).size === length
        );
      }),
    );
    const order = createBatchOrder({ ...options, dataset: numberedDataset(50), streams: oneStream(50) });
    expect(order.plan(0)[0]?.indices).not.toEqual(order.plan(1)[0]?.indices);
  });

  it('orders the first stream by seed and epoch alone, as runs of earlier versions did', () => {
    const streams: StreamPlan[] = [
      { name: 'whatever', batchSize: 6 },
      { name: 'other', batchSize: 2 },
    ];
    const order = createBatchOrder({ ...options, dataset: numberedDataset(20), streams });
    for (const epoch of [0, 1, 5]) {
      const expected = createRandom(1, 'order', epoch).permutation(20);
      for (const batch of [0, 1, 2]) {
        expect(order.plan(3 * epoch + batch)[0]?.indices).toEqual(expected.slice(6 * batch, 6 * batch + 6));
      }
    }
  });

  it('does not depend on which steps were asked for before', () => {
    const streams: StreamPlan[] = [
      { name: 'a', batchSize: 6 },
      { name: 'b', batchSize: 7, indices: Int32Array.of(1, 3, 5, 7) },
    ];
    const make = () => createBatchOrder({ ...options, dataset: numberedDataset(20), streams });
    const used = make();
    for (const step of [5, 0, 7, 2]) used.plan(step);
    expect(used.plan(4)).toEqual(make().plan(4));
  });

  it('drops the last smaller batch by default, and keeps the order of the set without shuffling', () => {
    const dataset = numberedDataset(7);
    const common = { ...options, dataset, streams: oneStream(3), shuffle: false };
    const order = createBatchOrder(common);
    expect(order.stepsPerEpoch).toBe(2);
    const segment = { stream: 'samples', isFirst: true };
    expect(order.plan(3)).toEqual([{ ...segment, pass: 1, indices: Int32Array.of(3, 4, 5) }]);
    const whole = createBatchOrder({ ...common, dropLast: false });
    expect(whole.plan(2)).toEqual([{ ...segment, pass: 0, indices: Int32Array.of(6) }]);
  });

  it('counts epochs by the first stream’s own samples', () => {
    const chosen = Int32Array.of(11, 13, 17, 19);
    const streams = [{ name: 'labelled', batchSize: 2, indices: chosen }];
    const order = createBatchOrder({ ...options, dataset: numberedDataset(20), streams });
    expect(order.stepsPerEpoch).toBe(2);
    const epoch = [order.plan(6), order.plan(7)].flat().flatMap(({ indices }) => [...indices]);
    expect([...epoch].sort((a, b) => a - b)).toEqual([...chosen]);
    const unshuffled = createBatchOrder({
      ...options,
      dataset: numberedDataset(20),
      streams,
      shuffle: false,
    });
    expect(unshuffled.plan(1)[0]?.indices).toEqual(Int32Array.of(17, 19));
  });
});

describe('further streams', () => {
  const chosen = Int32Array.of(2, 4, 6, 8, 10);

  it('go through their samples over and over, each once a pass, in orders of their own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 13 }), fc.boolean(), (batchSize, shuffle) => {
        const streams = [
          { name: 'first', batchSize: 4 },
          { name: 'second', batchSize, indices: chosen },
        ];
        const order = createBatchOrder({ ...options, dataset: numberedDataset(12), streams, shuffle });
        const taken: number[] = [];
        for (let step = 0; step < 10; step++) {
          const segments = order.plan(step).filter(({ stream }) => stream === 'second');
          expect(segments.reduce((sum, { indices }) => sum + indices.length, 0)).toBe(batchSize);
          for (const { pass, isFirst, indices } of segments) {
            expect([isFirst, pass]).toEqual([false, Math.floor(taken.length / 5)]);
            taken.push(...indices);
          }
        }
        const passes = Array.from({ length: Math.floor(taken.length / 5) }, (_, pass) =>
          taken.slice(5 * pass, 5 * pass + 5),
        );
        for (const pass of passes) {
          expect([...pass].sort((a, b) => a - b)).toEqual([...chosen]);
          if (!shuffle) expect(pass).toEqual([...chosen]);
        }
        if (shuffle && passes.length > 3) expect(new Set(passes.map(String)).size).toBeGreaterThan(1);
      }),
    );
  });

  it('are ordered by seed, name and pass', () => {
    const streams = [
      { name: 'first', batchSize: 4 },
      { name: 'second', batchSize: 12 },
    ];
    const order = createBatchOrder({ ...options, dataset: numberedDataset(12), streams });
    expect(order.plan(3)[1]).toEqual({
      ...{ stream: 'second', isFirst: false, pass: 3 },
      indices: createRandom(1, 'order', 'second', 3).permutation(12),
    });
  });

  it('may hold fewer samples than a batch takes of them', () => {
    const streams = [
      { name: 'first', batchSize: 4 },
      { name: 'second', batchSize: 5, indices: Int32Array.of(7, 9) },
    ];
    const order = createBatchOrder({ ...options, dataset: numberedDataset(12), streams, shuffle: false });
    const segments = order.plan(0).slice(1);
    expect(segments.map(({ pass, indices }) => [pass, [...indices]])).toEqual([
      [0, [7, 9]],
      [1, [7, 9]],
      [2, [7]],
    ]);
  });
});

describe('what a loader refuses', () => {
  const create = (length: number, streams: readonly StreamPlan[], dropLast = true) =>
    createBatchOrder({ ...options, dataset: numberedDataset(length), streams, dropLast });

  it('is fewer samples than a batch, saying both numbers', () => {
    const message =
      'numbered holds 7 samples, fewer than a batch of 8: use a batch size of at most 7, or more data';
    expect(() => create(7, oneStream(8))).toThrow(message);
    expect(() => create(20, [{ name: 'a', batchSize: 8, indices: Int32Array.of(1, 2) }])).toThrow(
      'holds 2 samples, fewer than a batch of 8',
    );
    expect(create(7, oneStream(8), false).stepsPerEpoch).toBe(1);
  });

  it('is no sample, in the set or in a stream', () => {
    expect(() => create(0, oneStream(8), false)).toThrow('numbered holds no samples');
    const streams = [
      { name: 'unlabelled', batchSize: 4 },
      { name: 'labelled', batchSize: 1, indices: new Int32Array() },
    ];
    expect(() => create(7, streams)).toThrow(
      'numbered has no sample for the stream "labelled": check the labels that it is chosen by',
    );
  });

  it('is no stream, or a batch size that is none', () => {
    expect(() => create(7, [])).toThrow('createViewLoader: expected at least one stream, got none');
    expect(() => create(7, oneStream(0))).toThrow('batchSize must be a positive integer, got 0');
    expect(() => create(7, [...oneStream(2), { name: 'b', batchSize: 1.5 }])).toThrow('got 1.5');
  });

  it('is samples of another modality than the network takes', () => {
    const dataset = numberedDataset(7);
    const input = { modality: 'audio', shape: [64, 96, 1], dtype: 'float32' } as const;
    expect(() => createBatchOrder({ ...options, dataset, input, streams: oneStream(2) })).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message:
          'numbered holds image samples, and the network takes audio: use data of the kind it was made for',
      }),
    );
  });
});
