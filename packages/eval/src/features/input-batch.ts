import * as tf from '@tensorflow/tfjs-core';

/** Inputs as a tensor. It stays the caller's: a generator disposes of it after its `yield`. */
export interface TensorBatch {
  /** `[batch, …shape]`, normalised as for training. */
  readonly inputs: tf.Tensor;
  /** Class of each sample, `[batch]`, −1 where unknown. */
  readonly labels?: Int32Array;
}

/** Inputs as typed arrays: a `ViewBatch` of `@ssl/augment` with one stream, and one group of one view a sample. */
export interface SingleViewBatch {
  readonly streams: Readonly<Record<string, { readonly size: number; readonly labels?: Int32Array }>>;
  readonly groups: Readonly<Record<string, SingleViewGroup>>;
}

export interface SingleViewGroup {
  /** Views per sample: must be 1. */
  readonly count: number;
  /** Of one view. */
  readonly shape: readonly number[];
  /** `[batch, …shape]`. */
  readonly inputs: Float32Array | Int32Array;
}

/** A batch of samples to evaluate on, normalised as for training. */
export type InputBatch = TensorBatch | SingleViewBatch;

/**
 * The inputs of a batch as a tensor; a tensor batch's own, or else a new one.
 *
 * @throws RangeError if a view batch has more than one view a sample
 */
export function inputsOf(caller: string, batch: InputBatch): tf.Tensor {
  if ('inputs' in batch) return batch.inputs;
  const { shape, inputs, rows } = singleView(caller, batch);
  return tf.tensor(inputs, [rows, ...shape], inputs instanceof Int32Array ? 'int32' : 'float32');
}

/** The labels of a batch, where it has any. */
export function labelsOf(batch: InputBatch): Int32Array | undefined {
  return 'inputs' in batch ? batch.labels : Object.values(batch.streams)[0]?.labels;
}

/**
 * The values of a view batch, and the number of its samples.
 *
 * @throws RangeError if it has more than one view a sample
 */
export function singleView(
  caller: string,
  { groups, streams }: SingleViewBatch,
): SingleViewGroup & { readonly rows: number } {
  const names = Object.keys(groups);
  const group = groups[names[0] ?? ''];
  if (group === undefined || names.length > 1 || group.count !== 1) {
    const found = names.map((name) => `${groups[name]?.count} × ${name}`).join(', ') || 'none';
    throw new RangeError(
      `${caller}: expected one view of each sample, got ${found}; use a recipe for evaluation, such as evaluationRecipe`,
    );
  }
  return { ...group, rows: Object.values(streams)[0]?.size ?? 0 };
}
