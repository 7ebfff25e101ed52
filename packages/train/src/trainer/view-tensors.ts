import type { ViewBatch, ViewGroupBatch } from '@ssl/augment';
import type { ViewGroup, Views } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The tensors of a batch, to be freed by `disposeViews`.
 *
 * @param withLabels whether the method may see the data set's labels
 */
export function toViews(batch: ViewBatch, withLabels: boolean): Views {
  const { batchSize, indices, labels } = batch;
  return {
    batchSize,
    indices,
    ...(withLabels && labels && { labels: tf.tensor1d(labels, 'int32') }),
    groups: Object.fromEntries(
      Object.entries(batch.groups).map(([name, group]) => [name, toViewGroup(group, batchSize)]),
    ),
  };
}

function toViewGroup(group: ViewGroupBatch, batchSize: number): ViewGroup {
  const { count, height, width, channels, images, targets } = group;
  return {
    count,
    images: tf.tensor4d(images, [count * batchSize, height, width, channels]),
    ...(targets && { targets: tf.tensor1d(targets, 'int32') }),
  };
}

/** Frees the tensors of a batch. */
export function disposeViews({ labels, groups }: Views): void {
  labels?.dispose();
  for (const { images, targets } of Object.values(groups)) {
    images.dispose();
    targets?.dispose();
  }
}

/** The first images of a batch, with all their views. */
export function firstOfBatch(batch: ViewBatch, size: number): ViewBatch {
  return {
    batchSize: size,
    indices: batch.indices.subarray(0, size),
    ...(batch.labels && { labels: batch.labels.subarray(0, size) }),
    groups: Object.fromEntries(
      Object.entries(batch.groups).map(([name, group]) => [name, firstOfGroup(group, batch.batchSize, size)]),
    ),
  };
}

function firstOfGroup(group: ViewGroupBatch, batchSize: number, size: number): ViewGroupBatch {
  const { count, images, targets } = group;
  const values = images.length / (count * batchSize);
  const kept = new Float32Array(count * size * values);
  const keptTargets = targets && new Int32Array(count * size);
  for (let view = 0; view < count; view++) {
    const first = view * batchSize;
    kept.set(images.subarray(first * values, (first + size) * values), view * size * values);
    if (targets) keptTargets?.set(targets.subarray(first, first + size), view * size);
  }
  return { ...group, images: kept, ...(keptTargets && { targets: keptTargets }) };
}
