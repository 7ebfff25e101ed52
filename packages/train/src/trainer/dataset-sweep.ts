import { evaluationRecipe, type ImageSpec, type ViewBatch, type ViewRecipe } from '@ssl/augment';
import type { ImageDataset, ViewLoader, ViewLoaderOptions } from '@ssl/data';
import * as tf from '@tensorflow/tfjs-core';
import { recipeNormalization } from './recipe-normalization.ts';

/** What to sweep over. */
export interface SweepOptions {
  readonly dataset: ImageDataset;
  /** Size that the network takes. */
  readonly image: ImageSpec;
  /** The method's recipe, whose normalisation the images get. */
  readonly recipe: ViewRecipe;
  readonly batchSize: number;
  readonly createLoader: (options: ViewLoaderOptions) => ViewLoader;
}

/** The whole data set in order, without augmentation: `Trainer.batches`. */
export async function* evaluationBatches(options: SweepOptions): AsyncGenerator<ViewBatch> {
  const { dataset, image, recipe, batchSize, createLoader } = options;
  const loader = createLoader({
    dataset,
    recipe: evaluationRecipe(image, recipeNormalization(recipe, image.channels)),
    batchSize,
    seed: 0,
    shuffle: false,
    dropLast: false,
  });
  try {
    yield* loader.batches(0, loader.stepsPerEpoch);
  } finally {
    await loader.close();
  }
}

/** The same as tensors: `StepContext.sweep`. */
export async function* sweepDataset(
  options: SweepOptions,
): AsyncGenerator<{ readonly indices: Int32Array; readonly images: tf.Tensor4D }> {
  for await (const { indices, batchSize, groups } of evaluationBatches(options)) {
    const { count, height, width, channels, images } = groups['image'] as (typeof groups)[string];
    const tensor = tf.tensor4d(images, [count * batchSize, height, width, channels]);
    try {
      yield { indices, images: tensor };
    } finally {
      tensor.dispose();
    }
  }
}
