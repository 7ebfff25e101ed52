import type { ViewBatch, ViewGroupBatch } from '@ssl/augment';
import type { NamedTensors, ViewGroup, Views } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The tensors of a batch, to be freed by `disposeViews`.
 *
 * @param withLabels whether the method may see the data set's labels
 */
export function toViews(batch: ViewBatch, withLabels: boolean): Views {
  const labels = new Map(
    Object.entries(batch.streams).flatMap(([name, stream]) =>
      withLabels && stream.labels ? [[name, tf.tensor1d(stream.labels, 'int32')] as const] : [],
    ),
  );
  return {
    groups: Object.fromEntries(
      Object.entries(batch.groups).map(([name, group]) => [
        name,
        toViewGroup(group, batch, labels.get(group.stream)),
      ]),
    ),
  };
}

function toViewGroup(
  { stream, count, shape, inputs, targets }: ViewGroupBatch,
  { streams }: ViewBatch,
  labels: tf.Tensor1D | undefined,
): ViewGroup {
  const { size = 0, indices = new Int32Array() } = streams[stream] ?? {};
  const rows = count * size;
  return {
    ...{ stream, count, batchSize: size, indices },
    inputs: toTensor(inputs, [rows, ...shape]),
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, target]) => [name, toTensor(target.data, [rows, ...target.shape])]),
    ),
    ...(labels && { labels }),
  };
}

function toTensor(data: Float32Array | Int32Array, shape: number[]): tf.Tensor {
  return tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');
}

/** All tensors of a batch. */
export function viewTensors({ groups }: Views): ReadonlySet<tf.Tensor> {
  return new Set(
    Object.values(groups).flatMap(({ inputs, targets, labels }) => [
      inputs,
      ...Object.values(targets),
      ...(labels ? [labels] : []),
    ]),
  );
}

/** Frees the tensors of a batch. */
export function disposeViews(views: Views): void {
  for (const tensor of viewTensors(views)) tensor.dispose();
}

/**
 * A part of the samples of every stream of a batch, with all their views; its tensors are new.
 *
 * @param begin share of each stream's samples at which the part begins, in [0, 1]
 * @param end share before which it ends
 */
export function partOfViews({ groups }: Views, begin: number, end: number): Views {
  const labels = new Map<string, tf.Tensor1D>();
  const parts = Object.entries(groups).map(([name, group]) => {
    const { batchSize, count, stream, indices } = group;
    const [from, to] = [Math.round(begin * batchSize), Math.round(end * batchSize)];
    if (group.labels && !labels.has(stream)) labels.set(stream, tf.slice(group.labels, from, to - from));
    const rows = (x: tf.Tensor): tf.Tensor => rowsOfSamples(x, count, from, to);
    const own = labels.get(stream);
    const part: ViewGroup = {
      ...{
        stream,
        count,
        batchSize: to - from,
        indices: indices.subarray(from, to),
        inputs: rows(group.inputs),
        partOf: { first: (group.partOf?.first ?? 0) + from, batchSize: group.partOf?.batchSize ?? batchSize },
      },
      targets: Object.fromEntries(
        Object.entries(group.targets).map(([target, x]) => [target, rows(x)]),
      ) as NamedTensors,
      ...(own && { labels: own }),
    };
    return [name, part] as const;
  });
  return { groups: Object.fromEntries(parts) };
}

/** The rows of some samples among view-major ones. */
function rowsOfSamples(x: tf.Tensor, count: number, from: number, to: number): tf.Tensor {
  const [rows = 0, ...rest] = x.shape;
  return tf.tidy(() => {
    const byView = tf.reshape(x, [count, rows / count, ...rest]);
    const begin = [0, from, ...rest.map(() => 0)];
    return tf.reshape(tf.slice(byView, begin, [count, to - from, ...rest]), [count * (to - from), ...rest]);
  });
}
