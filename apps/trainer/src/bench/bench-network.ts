import { UserError } from '@ssl/errors';
import {
  createBackbone,
  createLinear,
  createStatisticsRecorder,
  disposeTrees,
  mergeTrees,
  type Backbone,
} from '@ssl/models';
import { createRandom } from '@ssl/random';
import { createOptimizer } from '@ssl/train';
import * as tf from '@tensorflow/tfjs-core';
import type { BenchSettings } from './bench-result.ts';

/** A network to measure: it and its batch are in memory. */
export interface BenchNetwork {
  readonly backbone: Backbone;
  /** One whole training step: forward pass, gradients, optimizer, running statistics. Gives the loss. */
  train(): Promise<number>;
  /** One forward pass by running statistics. Gives one number, so that all has been computed. */
  infer(): Promise<number>;
  dispose(): void;
}

const classes = 10;
const learningRate = 0.01;

/**
 * The backbone with a linear layer of ten classes, cross-entropy and SGD with momentum 0.9: what every framework
 * has, so that they can be compared. `bench/torch-step.py` is the same in PyTorch.
 */
export function createBenchNetwork(settings: BenchSettings): BenchNetwork {
  const { backbone: name, width, batchSize, imageSize } = settings;
  if (batchSize * imageSize ** 2 * 3 > 2 ** 28) {
    throw new UserError(
      `bench: ${batchSize} images of ${imageSize}×${imageSize} are too many; use a smaller --batch-size`,
    );
  }
  const random = createRandom(0, 'bench');
  const backbone = createBackbone(name, {
    input: { modality: 'image', shape: [imageSize, imageSize, 3], dtype: 'float32' },
    options: width === undefined ? {} : { width },
    random: random.split('backbone'),
  });
  const head = createLinear({ inDim: backbone.featureDim, outDim: classes, random: random.split('head') });
  const parameters = mergeTrees({ backbone: backbone.parameters, head: head.parameters });
  const optimizer = createOptimizer(parameters, {
    name: 'sgd',
    learningRate,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
    excludeOneDimensional: false,
  });
  const images = tf.randomNormal<tf.Rank.R4>([batchSize, imageSize, imageSize, 3], 0, 1, 'float32', 7);
  const targets = tf.tidy(() => {
    const labels = Int32Array.from({ length: batchSize }, (_, index) => index % classes);
    return tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
  });
  const variables = [...parameters.values()].map(({ variable }) => variable);

  async function train(): Promise<number> {
    const statistics = createStatisticsRecorder();
    const { value, grads } = tf.variableGrads(() => {
      const logits = head.forward(backbone.features(images, statistics.context), statistics.context);
      return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1))) as tf.Scalar;
    }, variables);
    const gradients = new Map(
      [...parameters].map(([key, { variable }]) => [key, grads[variable.name] as tf.Tensor]),
    );
    optimizer.update(gradients, learningRate);
    statistics.commit();
    tf.dispose(grads);
    return readScalar(value);
  }

  async function infer(): Promise<number> {
    const first = tf.tidy(() => {
      const context = { training: false };
      const logits = head.forward(backbone.features(images, context), context);
      return tf.slice(logits, [0, 0], [1, 1]);
    });
    return readScalar(first);
  }

  return {
    backbone,
    train,
    infer,
    dispose() {
      optimizer.dispose();
      disposeTrees(parameters, backbone.buffers);
      tf.dispose([images, targets]);
    },
  };
}

async function readScalar(tensor: tf.Tensor): Promise<number> {
  const [value = NaN] = await tensor.data<'float32'>();
  tensor.dispose();
  return value;
}
