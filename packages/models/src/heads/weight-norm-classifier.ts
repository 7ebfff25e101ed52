import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { uniformFanIn } from '../initializers.ts';
import type { Module } from '../module.ts';
import type { Parameter } from '../parameter.ts';
import { createParameter } from '../parameter-tree.ts';

/** What a classifier is made of. */
export interface WeightNormClassifierOptions {
  readonly inDim: number;
  readonly classes: number;
  /**
   * Whether the lengths of the class vectors are trained, as in the authors' code (default), or stay 1. Fixed
   * lengths are a buffer.
   */
  readonly trainableScale?: boolean;
  readonly random: Random;
}

/** A classifier whose weight is split into lengths and directions. */
export interface WeightNormClassifier extends Module<tf.Tensor2D, tf.Tensor2D> {
  /** Classes that it tells apart. */
  readonly classes: number;
  /** Scales the direction vectors to unit length, which changes no logit but how far the next step turns them. */
  normalizeDirections(): void;
}

/**
 * A linear classifier without bias whose weight is `g · v / ‖v‖` for each class (Salimans & Kingma, 2016):
 * `[batch, inDim]` → logits `[batch, classes]`. Names are those of PyTorch's `weight_norm`: `weight_g`
 * (`[classes, 1]` in files), starting at 1, and `weight_v` (`[classes, inDim]`), starting as PyTorch's linear
 * layers do.
 */
export function createWeightNormClassifier(options: WeightNormClassifierOptions): WeightNormClassifier {
  const { inDim, classes, trainableScale = true, random } = options;
  const fans = { fanIn: inDim, fanOut: classes };
  const start = uniformFanIn(random.split('weight_v'), inDim * classes, fans);
  const direction = createParameter(start, [inDim, classes], 'linear');
  const scale = createParameter(new Float32Array(classes).fill(1), [1, classes], 'linear', trainableScale);
  const scaleTree = new Map<string, Parameter>([['weight_g', scale]]);
  const v = direction.variable as tf.Tensor2D;
  return {
    classes,
    parameters: new Map([...(trainableScale ? scaleTree : []), ['weight_v', direction]]),
    buffers: trainableScale ? new Map() : scaleTree,
    forward(x) {
      // Scaling the logits rather than the weight: the same product with fewer values touched.
      return tf.mul(tf.matMul(x, v), tf.div(scale.variable, columnLengths(v)));
    },
    normalizeDirections() {
      tf.tidy(() => direction.variable.assign(tf.div(v, columnLengths(v))));
    },
  };
}

function columnLengths(matrix: tf.Tensor2D): tf.Tensor2D {
  return tf.sqrt(tf.sum(tf.square(matrix), 0, true));
}
