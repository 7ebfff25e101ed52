import { useBackend } from '@ssl/backend/node';
import { disposeTrees, type HostBuffer, type Parameter } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenCase, goldenTensor, numberOf, pick } from '../fixtures/golden.testing.ts';
import { createNearestNeighbourQueue, type NearestNeighbourQueue } from './nearest-neighbour-queue.ts';

const reference = goldenCase('self-classifier.json')('selfclassifier_nnqueue');

const host = (queue: NearestNeighbourQueue, name: string): number[] =>
  [...(queue.buffers.get(name) as HostBuffer).data].map(Number);

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('createNearestNeighbourQueue', () => {
  it('fills, wraps and finds as the authors’ queue', () => {
    const { inputs, outputs } = reference;
    const [steps, batch] = pick(inputs, 'x').shape as readonly [number, number, number];
    const queue = createNearestNeighbourQueue(numberOf(reference, 'queueLen'), numberOf(reference, 'dim'));
    tf.tidy(() => {
      const batches = tf.unstack(goldenTensor(inputs, 'x')) as tf.Tensor2D[];
      const ids = pick(inputs, 'ids').data;
      expect(batches).toHaveLength(steps);
      for (const [step, rows] of batches.entries()) {
        queue.push(rows, tf.tensor1d(ids.slice(batch * step, batch * (step + 1)), 'int32'));
        expect(host(queue, 'pointer')).toEqual([pick(outputs, 'ptr').data[step]]);
        expect(queue.isFull()).toBe(pick(outputs, 'full').data[step] === 1);
      }
      expectGolden((queue.buffers.get('embeddings') as Parameter).variable, reference, 'queue');
      expectGolden((queue.buffers.get('indices') as Parameter).variable, reference, 'queue_ids');

      const queryIds = goldenTensor<tf.Tensor1D>(inputs, 'query_ids');
      expectGolden(queue.nearest(goldenTensor(inputs, 'query'), queryIds), reference, 'nn');
    });
    disposeTrees(queue.buffers);
  });

  it('passes no gradient to what it is asked with', () => {
    const queue = createNearestNeighbourQueue(4, 2);
    tf.tidy(() => {
      const rows = tf.tensor2d([1, 0, 0, 1, -1, 0, 0, -1], [4, 2]);
      queue.push(rows, tf.range(0, 4, 1, 'int32'));
      const query = tf.tensor2d([0.9, 0.1], [1, 2]);
      const { value, grad } = tf.valueAndGrad((x) =>
        tf.sum(tf.add(queue.nearest(x as tf.Tensor2D, tf.tensor1d([9], 'int32')), x)),
      )(query);
      expect(value.dataSync()[0]).toBeCloseTo(2, 6);
      expect([...grad.dataSync()]).toEqual([1, 1]);
    });
    disposeTrees(queue.buffers);
  });

  it('frees what it replaces', () => {
    const queue = createNearestNeighbourQueue(3, 2);
    const rows = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    const indices = tf.range(0, 2, 1, 'int32');
    const before = tf.memory().numTensors;
    for (let step = 0; step < 4; step++) queue.push(rows, indices);
    expect(tf.memory().numTensors).toBe(before);
    disposeTrees(queue.buffers);
    tf.dispose([rows, indices]);
  });

  it('refuses a batch that is larger than itself', () => {
    const queue = createNearestNeighbourQueue(2, 2);
    expect(() => queue.push(tf.zeros([3, 2]), tf.zeros([3], 'int32'))).toThrow(
      'push: a batch of 3 does not fit a queue of 2',
    );
    disposeTrees(queue.buffers);
  });
});
