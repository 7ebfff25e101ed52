import type { ImageSpec } from '@ssl/augment';
import type { Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import type { BufferTree, ParamTree } from './parameter.ts';

/** The batch statistics of one batch-norm layer in one forward pass, to be folded into its running ones. */
export interface StatisticsUpdate {
  /** Mean and biased variance over the batch, `[channels]`. */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  /** Values per channel that they were taken over (N × H × W). */
  readonly count: number;
  /** Folds the statistics into the layer's running ones, as PyTorch does. */
  readonly apply: () => void;
}

/** How a forward pass is to run. */
export interface ForwardContext {
  /** Batch norm by the batch's own statistics (true) or by the running ones (false). */
  readonly training: boolean;
  /**
   * Told the batch statistics of each batch norm in training. A forward pass writes no state itself, so that a
   * loss stays a pure function: the trainer applies the updates after the step (`createStatisticsRecorder`).
   * Without it they are dropped.
   */
  readonly onStatistics?: (update: StatisticsUpdate) => void;
  /**
   * Source of chance for dropout and drop path, split by layer name. The draw for a sample depends on its place
   * only, so that a batch and its parts agree. Without it, layers that need chance throw in training.
   */
  readonly random?: Random;
  /** Place in the whole batch of each sample of the input, where the input is a part of it; default 0, 1, 2, … */
  readonly places?: readonly number[];
}

/** A network, or a part of one: parameters, buffers, and a forward pass that changes neither. */
export interface Module<Input extends tf.Tensor = tf.Tensor, Output extends tf.Tensor = tf.Tensor> {
  readonly parameters: ParamTree;
  readonly buffers: BufferTree;
  forward(x: Input, context: ForwardContext): Output;
}

/** What a backbone was built with, as plain JSON: enough to build it again with `createBackbone`. */
export interface BackboneSettings {
  readonly name: string;
  /** Channels of the first stage. */
  readonly width: number;
  readonly stem: 'imagenet' | 'cifar';
  /** How its convolutions started. */
  readonly initialization: 'torchvision' | 'pytorch';
  readonly image: ImageSpec;
}

/** A network from images to features: the only thing that evaluation needs. */
export interface Backbone extends Module<tf.Tensor4D, tf.Tensor2D> {
  readonly name: string;
  readonly settings: BackboneSettings;
  /** Length of a feature vector. */
  readonly featureDim: number;
  /** The last feature map before pooling, `[batch, h, w, featureDim]`. */
  featureMap(x: tf.Tensor4D, context: ForwardContext): tf.Tensor4D;
  /** A copy with variables of its own and the same values, e.g. an EMA target. */
  clone(): Backbone;
}
