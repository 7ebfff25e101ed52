import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import {
  checkSameDim,
  classCount,
  labelledRows,
  takeRows,
  type LabelledFeatures,
} from '../features/feature-matrix.ts';
import { createRowProducts } from '../features/row-products.ts';
import { accuracyOf, type Accuracy } from './top-k-accuracy.ts';

/** Gives the probe fresh features for each epoch, of images cropped and flipped anew. */
export interface FeatureSampler {
  readonly stepsPerEpoch: number;
  /** The batches of an epoch, counted from 0: `stepsPerEpoch` of them. */
  epoch(epoch: number): AsyncIterable<LabelledFeatures>;
}

export interface LinearProbeOptions {
  /** Default 90. */
  readonly epochs?: number;
  /** Default 256. With a sampler it only scales the learning rate: say how large the sampler's batches are. */
  readonly batchSize?: number;
  /** Learning rate for a batch of 256; scaled by batchSize / 256. Default 0.1. */
  readonly learningRate?: number;
  /** Default 0.9. */
  readonly momentum?: number;
  /** Number of classes. Default: one more than the largest label. */
  readonly classes?: number;
  /** Seed of the order of the rows. Default 0. */
  readonly seed?: number | string;
}

/** A linear-probe score. */
export interface LinearProbeAccuracy extends Accuracy {
  readonly epochs: number;
  readonly batchSize: number;
  /** Test rows scored. */
  readonly scored: number;
  /** Test rows without a label, left out. */
  readonly unlabelled: number;
}

/** Weights `[dim, classes]`, biases `[classes]`, and their momenta. */
type ProbeState = [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor1D];

/**
 * The linear probe of the literature: one linear layer on frozen features, trained by SGD (learning rate 0.1 ×
 * batch / 256, momentum 0.9, no weight decay, cosine to zero without restarts, 90 epochs), from zero weights.
 * Lightly's benchmark differs in starting from small random weights and in dropping the last, smaller batch.
 *
 * @param train features of the images as they are (no augmentation; say so beside the score), or a sampler
 * that crops and flips; rows without a label are left out
 * @param test rows without a label are left out, and counted
 * @throws RangeError if shapes do not match, either set has no labelled row, or an option is out of range
 * @throws Error if the weights do not stay finite
 */
export async function linearProbe(
  train: LabelledFeatures | FeatureSampler,
  test: LabelledFeatures,
  options: LinearProbeOptions = {},
): Promise<LinearProbeAccuracy> {
  const { epochs = 90, batchSize = 256, learningRate = 0.1, momentum = 0.9, seed = 0 } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`linearProbe: ${name} must be an integer ≥ 1, got ${value}`);
    }
  }
  const held = labelledRows('linearProbe: test', test, options.classes);
  const { dim } = test;
  let classes = options.classes ?? classCount(held.labels);
  let sampler: FeatureSampler;
  if ('features' in train) {
    checkSameDim('linearProbe', train, test);
    const known = labelledRows('linearProbe: train', train, options.classes);
    classes = Math.max(classes, classCount(known.labels));
    sampler = fixedFeatures(known, batchSize, seed);
  } else {
    sampler = train;
  }

  const steps = epochs * sampler.stepsPerEpoch;
  let state: ProbeState = [
    tf.zeros([dim, classes]),
    tf.zeros([classes]),
    tf.zeros([dim, classes]),
    tf.zeros([classes]),
  ];
  try {
    let step = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for await (const batch of sampler.epoch(epoch)) {
        const known = labelledRows('linearProbe: train', batch, classes);
        checkSameDim('linearProbe', batch, test);
        const cosine = (1 + Math.cos((Math.PI * step) / steps)) / 2;
        const next = takeStep(state, known, classes, momentum, learningRate * (batchSize / 256) * cosine);
        tf.dispose(state);
        state = next;
        step++;
      }
    }
    const logits = await logitsOf(state, held, classes);
    if (!logits.every(Number.isFinite)) {
      throw new Error(
        `linearProbe: the weights did not stay finite at learning rate ${learningRate}; standardise the features or lower it`,
      );
    }
    return {
      ...accuracyOf(logits, classes, held.labels),
      epochs,
      batchSize,
      scored: held.rows,
      unlabelled: held.unlabelled,
    };
  } finally {
    tf.dispose(state);
  }
}

/** The same features each epoch, in another order. */
function fixedFeatures(train: LabelledFeatures, batchSize: number, seed: number | string): FeatureSampler {
  const rows = train.labels.length;
  return {
    stepsPerEpoch: Math.ceil(rows / batchSize),
    async *epoch(epoch) {
      const order = createRandom(seed, 'linear-probe', epoch).permutation(rows);
      for (let start = 0; start < rows; start += batchSize) {
        const batch = order.subarray(start, start + batchSize);
        const labels = Int32Array.from(batch, (row) => train.labels[row] as number);
        yield await Promise.resolve({ ...takeRows(train, batch), labels });
      }
    },
  };
}

/** One step of SGD with momentum on the mean cross-entropy; its gradient is written out: no tape is needed. */
function takeStep(
  [weights, bias, weightMomentum, biasMomentum]: ProbeState,
  { features, dim, labels }: LabelledFeatures,
  classes: number,
  momentum: number,
  learningRate: number,
): ProbeState {
  return tf.tidy(() => {
    const rows = labels.length;
    const targets = new Float32Array(rows * classes);
    for (const [row, label] of labels.entries()) targets[row * classes + label] = 1;
    const x = tf.tensor2d(features, [rows, dim]);
    const logits = tf.add<tf.Tensor2D>(tf.matMul(x, weights), bias);
    const residuals = tf.div<tf.Tensor2D>(
      tf.sub(tf.softmax(logits), tf.tensor2d(targets, [rows, classes])),
      rows,
    );
    const weightGradient = tf.transpose(tf.matMul(tf.transpose(residuals), x));
    const nextWeightMomentum = tf.add<tf.Tensor2D>(tf.mul(weightMomentum, momentum), weightGradient);
    const nextBiasMomentum = tf.add<tf.Tensor1D>(tf.mul(biasMomentum, momentum), tf.sum(residuals, 0));
    return [
      tf.sub<tf.Tensor2D>(weights, tf.mul(nextWeightMomentum, learningRate)),
      tf.sub<tf.Tensor1D>(bias, tf.mul(nextBiasMomentum, learningRate)),
      nextWeightMomentum,
      nextBiasMomentum,
    ];
  });
}

async function logitsOf(
  [weights, bias]: ProbeState,
  test: LabelledFeatures,
  classes: number,
): Promise<Float32Array> {
  const byClass = tf.transpose(weights);
  const rows = createRowProducts(test);
  try {
    const logits = await rows.project(await byClass.data<'float32'>(), classes);
    const offsets = await bias.data<'float32'>();
    return logits.map((value, at) => value + (offsets[at % classes] as number));
  } finally {
    byClass.dispose();
    rows.dispose();
  }
}
