import * as tf from '@tensorflow/tfjs-core';

/** Images as a tensor. It stays the caller's: a generator disposes of it after its `yield`. */
export interface TensorBatch {
  /** `[batch, height, width, channels]`, normalised as for training. */
  readonly images: tf.Tensor4D;
  /** Class of each image, `[batch]`, −1 where unknown. */
  readonly labels?: Int32Array;
}

/** Images as typed arrays: a `ViewBatch` of `@ssl/augment` with one group of one view an image. */
export interface SingleViewBatch {
  readonly batchSize: number;
  readonly labels?: Int32Array;
  readonly groups: Readonly<Record<string, SingleViewGroup>>;
}

export interface SingleViewGroup {
  /** Views per image: must be 1. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[batch, height, width, channels]`. */
  readonly images: Float32Array;
}

/** A batch of images to evaluate on, normalised as for training. */
export type ImageBatch = TensorBatch | SingleViewBatch;

/**
 * The images of a batch as a tensor; a tensor batch's own, or else a new one.
 *
 * @throws RangeError if a view batch has more than one view an image
 */
export function imagesOf(caller: string, batch: ImageBatch): tf.Tensor4D {
  if ('images' in batch) return batch.images;
  const { count, height, width, channels, images } = singleView(caller, batch);
  return tf.tensor4d(images, [count * batch.batchSize, height, width, channels]);
}

function singleView(caller: string, { groups }: SingleViewBatch): SingleViewGroup {
  const names = Object.keys(groups);
  const group = groups[names[0] ?? ''];
  if (group === undefined || names.length > 1 || group.count !== 1) {
    const found = names.map((name) => `${groups[name]?.count} × ${name}`).join(', ') || 'none';
    throw new RangeError(
      `${caller}: expected one view of each image, got ${found}; use a recipe for evaluation, such as evaluationRecipe`,
    );
  }
  return group;
}
