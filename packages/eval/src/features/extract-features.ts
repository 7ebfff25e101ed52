import type { Backbone } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { collectRows } from './collect-rows.ts';
import type { FeatureMatrix } from './feature-matrix.ts';
import { imagesOf, type ImageBatch } from './image-batch.ts';

/** What a frozen network makes of images. */
export interface ExtractedFeatures extends FeatureMatrix {
  /** Class of each row, `[rows]`, −1 where unknown; absent where the batches had none. */
  readonly labels?: Int32Array;
  /** Class probabilities, `[rows, classes]`; absent without `predict`. */
  readonly probabilities?: Float32Array;
}

export interface ExtractFeaturesOptions {
  /** Class probabilities of images, `[batch, classes]`: a method's `predict`, bound to its state. */
  readonly predict?: (images: tf.Tensor4D) => tf.Tensor2D;
}

/**
 * Features of a backbone, before any head, in evaluation mode (running batch-norm statistics), one batch after
 * another. The network is not changed, and no tensor stays behind.
 *
 * @param batches in the order of the rows; their images must be as the network was trained on (normalised)
 * @throws RangeError if there is no batch, if only some batches have labels or not as many as images, or if a
 * view batch has more than one view
 */
export function extractFeatures(
  backbone: Backbone,
  batches: AsyncIterable<ImageBatch> | Iterable<ImageBatch>,
  options: ExtractFeaturesOptions = {},
): Promise<ExtractedFeatures> {
  const { predict } = options;
  return collectRows('extractFeatures', batches, async (batch) => {
    const outputs = tf.tidy(() => {
      const images = imagesOf('extractFeatures', batch);
      const features = backbone.forward(images, { training: false });
      return predict ? [features, predict(images)] : [features];
    });
    try {
      const [features, probabilities] = await Promise.all(outputs.map((output) => output.data<'float32'>()));
      return {
        features: features as Float32Array,
        dim: backbone.featureDim,
        ...(probabilities && { probabilities }),
      };
    } finally {
      tf.dispose(outputs);
    }
  });
}

/**
 * The values of the images themselves as features: the baseline without any network.
 *
 * @param batches images of one size
 * @throws RangeError as `extractFeatures`, or if the images differ in size
 */
export function flattenPixels(
  batches: AsyncIterable<ImageBatch> | Iterable<ImageBatch>,
): Promise<ExtractedFeatures> {
  return collectRows('flattenPixels', batches, async (batch) => {
    const images = imagesOf('flattenPixels', batch);
    try {
      return {
        features: await images.data<'float32'>(),
        dim: images.size / (images.shape[0] || 1),
      };
    } finally {
      if (!('images' in batch)) images.dispose();
    }
  });
}
