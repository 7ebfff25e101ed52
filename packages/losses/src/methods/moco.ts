import { UserError } from '@ssl/errors';
import { createProjectionHead, l2Normalize, type Module } from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { infoNceLoss, type InfoNceLossOptions } from '../losses/info-nce-loss.ts';
import type { MethodDefinition, Progress } from '../method.ts';
import { cosineMomentum } from '../parts/cosine-momentum.ts';
import { createMomentumNetwork, followNetwork, type MomentumNetwork } from '../parts/momentum-network.ts';
import { createNearestNeighbourQueue, type NearestNeighbourQueue } from '../parts/nearest-neighbour-queue.ts';
import { stopGradient } from '../parts/stop-gradient.ts';
import { twoViews } from '../parts/two-views.ts';
import { groupOf, viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  version: z
    .literal([2, 3])
    .default(2)
    .describe(
      '2: keys of earlier batches in a queue are the negatives; 3: those of the batch, with a predictor',
    ),
  hiddenDim: z.int().min(1).default(512).describe('size of the hidden layers (paper: 2048, version 3: 4096)'),
  outDim: z.int().min(1).default(128).describe('length of a projection (version 3: 256)'),
  temperature: z.number().positive().default(0.2).describe('divides the cosines'),
  queueSize: z
    .int()
    .min(2)
    .default(4096)
    .describe('keys in the queue, of version 2 (paper: 65536): a multiple of the batch at best'),
  momentum: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe('of the key encoder (paper: 0.999); version 3: at the start, growing to 1 by a cosine'),
  symmetric: z
    .boolean()
    .default(true)
    .describe('whether each view is the query once, or the first only (paper’s version 2)'),
});

/** Options of MoCo; `moco.options` has their defaults and descriptions. */
export type MocoOptions = z.infer<typeof optionsSchema>;

type Projector = Module<tf.Tensor2D, tf.Tensor2D>;

/** What MoCo adds to the backbone. */
export interface MocoRoles {
  readonly modules: { readonly projector: Projector; readonly predictor?: Projector };
  readonly frozen: { readonly keyEncoder: MomentumNetwork };
  /** Keys of earlier second views, and where the loss is symmetric, of first ones. */
  readonly memory: { readonly queue?: NearestNeighbourQueue; readonly firstQueue?: NearestNeighbourQueue };
}

/**
 * MoCo, "Momentum Contrast" (He et al., CVPR 2020): the projection of one view is to be told as the key of the other,
 * which a slowly following copy of the network makes. Version 2 (Chen et al., 2020) tells it from the keys of earlier
 * batches, in a queue; version 3 (Chen, Xie and He, ICCV 2021) from those of the batch, with a predictor.
 *
 * Differences from version 2's code: batch norm stands in the projector, and images are not shuffled over devices, since
 * there is one; both views serve as queries (`symmetric`), each with a queue of its own, as in solo-learn. Queues start
 * with random directions.
 *
 * Metric: `keyMomentum`.
 */
export const moco: MethodDefinition<MocoOptions, MocoRoles> = {
  name: 'moco',
  description:
    'tells the key of an image’s other view from a queue of keys that a slow copy of the network makes',
  paper: {
    title: 'Momentum Contrast for Unsupervised Visual Representation Learning',
    authors: 'Kaiming He, Haoqi Fan, Yuxin Wu, Saining Xie, Ross Girshick',
    venue: 'CVPR 2020',
    url: 'https://arxiv.org/abs/1911.05722',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 64 images',
      training: {
        batchSize: 64,
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    imagenet: {
      description: 'the paper’s version 2: ResNet-50, 200 epochs in steps of 256 images (for GPUs)',
      options: {
        ...{ hiddenDim: 2048, temperature: 0.2, queueSize: 65_536, momentum: 0.999, symmetric: false },
      },
      training: {
        backbone: { name: 'resnet50' },
        input: { size: 224 },
        augmentation: 'simclr-imagenet',
        normalization: 'imagenet',
        epochs: 200,
        batchSize: 256,
        microBatch: 64,
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 1e-4 },
      },
    },
  },
  collapseAdvice:
    'raise methodOptions.momentum towards 1, lower optimizer.learningRate, or use a longer queue',

  views: (_options, { augmentation }) => twoViews(augmentation),

  init({ backbone, random, batchSize }, options) {
    const { version, queueSize, symmetric } = options;
    if (version === 2 && queueSize < batchSize) {
      throw new UserError(
        `moco: methodOptions.queueSize ${queueSize} is smaller than a batch of ${batchSize}; use ${batchSize} or more`,
      );
    }
    const projector = createProjector(backbone.featureDim, options, random.split('projector'));
    const copy = createProjector(backbone.featureDim, options, random.split('projector'));
    return {
      modules: {
        projector,
        ...(version === 3 && { predictor: createPredictor(options, random.split('predictor')) }),
      },
      frozen: { keyEncoder: createMomentumNetwork(backbone, projector, copy) },
      memory:
        version === 3
          ? {}
          : {
              queue: createQueue(options, random.split('queue')),
              ...(symmetric && { firstQueue: createQueue(options, random.split('firstQueue')) }),
            },
    };
  },

  forward({ backbone, modules: { projector, predictor }, frozen: { keyEncoder } }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    const queries = predictor?.forward(projections, at.forward) ?? projections;
    const inputs = Object.values(views.groups).map((group) => group.inputs);
    const keys = stopGradient(inputs, () =>
      l2Normalize(
        keyEncoder.projector.forward(viewFeatures(keyEncoder.backbone, views, at.forward), at.forward),
      ),
    );
    return {
      features: sampleMajor(features, 2),
      projections: sampleMajor(projections, 2),
      queries: sampleMajor(queries, 2),
      keys: sampleMajor(keys, 2),
    };
  },

  objective({ queries, keys }, _views, at) {
    const { temperature, symmetric, version } = at.options;
    const [query, otherQuery] = tf.split(l2Normalize(viewMajor(queries as tf.Tensor)), 2) as Pair;
    const [otherKey, key] = tf.split(viewMajor(keys as tf.Tensor), 2) as Pair;
    const { queue, firstQueue } = at.memory;
    const losses = [infoNceLoss(query, key, { temperature, ...negativesOf(queue) })];
    if (symmetric)
      losses.push(infoNceLoss(otherQuery, otherKey, { temperature, ...negativesOf(firstQueue) }));
    // Version 3 sums over the directions and multiplies by 2τ (its equation 1), version 2 is a mean.
    const factor = version === 3 ? 2 * temperature : 1 / losses.length;
    return {
      loss: tf.mul(tf.addN(losses), factor),
      metrics: { keyMomentum: tf.scalar(momentumAt(at)) },
    };
  },

  afterStep({ backbone, modules: { projector }, frozen: { keyEncoder }, memory }, { keys }, views, at) {
    followNetwork(keyEncoder, { backbone, projector }, momentumAt(at));
    const [first, second] = tf.split(viewMajor(keys as tf.Tensor), 2) as Pair;
    const indices = tf.tensor1d(groupOf(views, 'views').indices, 'int32');
    memory.queue?.push(second, indices);
    memory.firstQueue?.push(first, indices);
  },

  metrics: ({ version, queueSize, symmetric, temperature }, { batchSize }) => ({
    loss: {
      title: 'InfoNCE',
      ...(version === 2
        ? { unit: 'nats', chance: Math.log(1 + queueSize) }
        : { chance: 2 * temperature * (symmetric ? 2 : 1) * Math.log(batchSize) }),
    },
    keyMomentum: { title: 'momentum of the key encoder', range: [0, 1] },
  }),
};

type Pair = [tf.Tensor2D, tf.Tensor2D];

function momentumAt({ options, step, totalSteps }: Progress<MocoOptions>): number {
  const { version, momentum } = options;
  return version === 2 ? momentum : cosineMomentum(step, { base: momentum, totalSteps });
}

/** Of version 2: linear → batch norm → ReLU → linear; of version 3: one hidden layer more, and batch norm at the end. */
function createProjector(inDim: number, options: MocoOptions, random: Random): Projector {
  const { version, hiddenDim, outDim } = options;
  return createProjectionHead({
    ...{ inDim, hiddenDim, hiddenLayers: version === 3 ? 2 : 1, outDim, outputNorm: version === 3, random },
    ...{ activation: 'relu', normalize: false, initialization: 'pytorch' },
  });
}

function createPredictor({ hiddenDim, outDim }: MocoOptions, random: Random): Projector {
  return createProjectionHead({
    ...{ inDim: outDim, hiddenDim, hiddenLayers: 1, outDim, outputNorm: true, random },
    ...{ activation: 'relu', normalize: false, initialization: 'pytorch' },
  });
}

/** A queue of random directions, evenly spread. */
function createQueue({ queueSize, outDim }: MocoOptions, random: Random): NearestNeighbourQueue {
  return createNearestNeighbourQueue(queueSize, outDim, randomDirections(queueSize, outDim, random));
}

function negativesOf(queue: NearestNeighbourQueue | undefined): Pick<InfoNceLossOptions, 'negatives'> {
  return queue === undefined ? {} : { negatives: queue.entries };
}

/** `[rows, dim]`, of unit length. */
function randomDirections(rows: number, dim: number, random: Random): Float32Array {
  const values = Float32Array.from({ length: rows * dim }, () => random.normal());
  for (let row = 0; row < rows; row++) {
    const vector = values.subarray(row * dim, (row + 1) * dim);
    const norm = Math.hypot(...vector);
    vector.forEach((value, axis) => (vector[axis] = value / norm));
  }
  return values;
}
