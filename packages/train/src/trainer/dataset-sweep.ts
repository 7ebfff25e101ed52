import { evaluationRecipe, type ImageSpec, type ViewRecipe } from '@ssl/augment';
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

/** The whole data set in order, without augmentation: `StepContext.sweep`. */
export async function* sweepDataset(
  options: SweepOptions,
): AsyncGenerator<{ readonly indices: Int32Array; readonly images: tf.Tensor4D }> {
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
    for await (const batch of loader.batches(0, loader.stepsPerEpoch)) {
      const { count, height, width, channels, images } = batch.groups[
        'image'
      ] as (typeof batch.groups)[string];
      const tensor = tf.tensor4d(images, [count * batch.batchSize, height, width, channels]);
      try {
        yield { indices: batch.indices, images: tensor };
      } finally {
        tensor.dispose();
      }
    }
  } finally {
    await loader.close();
  }
}
