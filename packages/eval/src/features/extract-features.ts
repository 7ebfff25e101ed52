import type { Backbone } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { collectRows } from './collect-rows.ts';
import type { FeatureMatrix } from './feature-matrix.ts';
import { inputsOf, type InputBatch } from './input-batch.ts';

/** What a frozen network makes of samples. */
export interface ExtractedFeatures extends FeatureMatrix {
  /** Class of each row, `[rows]`, −1 where unknown; absent where the batches had none. */
  readonly labels?: Int32Array;
  /** Class probabilities, `[rows, classes]`; absent without `predict`. */
  readonly probabilities?: Float32Array;
}

export interface ExtractFeaturesOptions {
  /** Class probabilities of inputs, `[batch, classes]`: a method's `predict`, bound to its state. */
  readonly predict?: (inputs: tf.Tensor) => tf.Tensor2D;
}

/**
 * Features of a backbone, before any head, in evaluation mode (running batch-norm statistics), one batch after
 * another. The network is not changed, and no tensor stays behind.
 *
 * @param batches in the order of the rows; their inputs must be as the network was trained on (normalised)
 * @throws RangeError if there is no batch, if only some batches have labels or not as many as samples, or if a
 * view batch has more than one view
 */
export function extractFeatures(
  backbone: Backbone,
  batches: AsyncIterable<InputBatch> | Iterable<InputBatch>,
  options: ExtractFeaturesOptions = {},
): Promise<ExtractedFeatures> {
  const { predict } = options;
  return collectRows('extractFeatures', batches, async (batch) => {
    const outputs = tf.tidy(() => {
      const inputs = inputsOf('extractFeatures', batch);
      const features = backbone.features(inputs, { training: false });
      return predict ? [features, predict(inputs)] : [features];
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
 * The values of the samples themselves as features: the baseline without any network.
 *
 * @param batches inputs of one shape
 * @param featuresOf what to take of one sample's values; default: all of them as they are
 * @throws RangeError as `extractFeatures`, or if the samples differ in size
 */
export function flattenInputs(
  batches: AsyncIterable<InputBatch> | Iterable<InputBatch>,
  featuresOf?: (values: Float32Array | Int32Array) => Float32Array,
): Promise<ExtractedFeatures> {
  return collectRows('flattenInputs', batches, async (batch) => {
    const inputs = inputsOf('flattenInputs', batch);
    try {
      const rows = inputs.shape[0] || 1;
      const values = (await inputs.data()) as Float32Array | Int32Array;
      const size = inputs.size / rows;
      if (featuresOf === undefined) return { features: Float32Array.from(values), dim: size };
      const parts = Array.from({ length: rows }, (_, row) =>
        featuresOf(values.subarray(row * size, (row + 1) * size)),
      );
      const dim = parts[0]?.length ?? 0;
      const features = new Float32Array(rows * dim);
      for (const [row, part] of parts.entries()) features.set(part, row * dim);
      return { features, dim };
    } finally {
      if (!('inputs' in batch)) inputs.dispose();
    }
  });
}
