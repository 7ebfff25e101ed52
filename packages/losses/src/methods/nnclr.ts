import { UserError } from '@ssl/errors';
import { createProjectionHead, l2Normalize, type Module } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { infoNceLoss } from '../losses/info-nce-loss.ts';
import type { MethodDefinition } from '../method.ts';
import { createNearestNeighbourQueue, type NearestNeighbourQueue } from '../parts/nearest-neighbour-queue.ts';
import { stopGradient } from '../parts/stop-gradient.ts';
import { twoViews } from '../parts/two-views.ts';
import { groupOf, viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  hiddenDim: z
    .int()
    .min(1)
    .default(512)
    .describe('size of the hidden layers of projector and predictor (paper: 2048 and 4096)'),
  hiddenLayers: z.int().min(0).default(1).describe('hidden layers of the projector (paper: 2)'),
  outDim: z.int().min(1).default(128).describe('length of a projection (paper: 256)'),
  temperature: z.number().positive().default(0.1).describe('divides the cosines'),
  queueSize: z
    .int()
    .min(2)
    .default(1024)
    .describe('projections in which nearest neighbours are looked for (paper: 98304)'),
});

/** Options of NNCLR; `nnclr.options` has their defaults and descriptions. */
export type NnclrOptions = z.infer<typeof optionsSchema>;

type Projector = Module<tf.Tensor2D, tf.Tensor2D>;

/** What NNCLR adds to the backbone. */
export interface NnclrRoles {
  readonly modules: { readonly projector: Projector; readonly predictor: Projector };
  readonly memory: { readonly queue: NearestNeighbourQueue };
}

/**
 * NNCLR, nearest-neighbour contrastive learning (Dwibedi et al., ICCV 2021): a view is to be told as the other view of
 * its image not from that image's own projection, but from its nearest neighbour among those of earlier batches, which
 * is another image of like content.
 *
 * Until the queue is full, the projections themselves stand for their neighbours. The neighbour is never an older view
 * of the same image, as in Self-Classifier's queue.
 *
 * Metric: `pairingAccuracy`, the share of predictions whose most similar neighbour in the batch is that of their image.
 */
export const nnclr: MethodDefinition<NnclrOptions, NnclrRoles> = {
  name: 'nnclr',
  description: 'tells an image from others by the nearest neighbour of its other view in a queue',
  paper: {
    title:
      'With a Little Help from My Friends: Nearest-Neighbor Contrastive Learning of Visual Representations',
    authors: 'Debidatta Dwibedi, Yusuf Aytar, Jonathan Tompson, Pierre Sermanet, Andrew Zisserman',
    venue: 'ICCV 2021',
    url: 'https://arxiv.org/abs/2104.14548',
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
      description: 'the paper’s: ResNet-50, 1000 epochs in steps of 4096 images (for GPUs)',
      options: { hiddenDim: 4096, hiddenLayers: 2, outDim: 256, queueSize: 98_304 },
      training: {
        backbone: { name: 'resnet50' },
        input: { size: 224 },
        augmentation: 'byol-imagenet',
        normalization: 'imagenet',
        epochs: 1000,
        batchSize: 4096,
        microBatch: 64,
        optimizer: {
          ...{ name: 'lars', variant: 'mae', learningRate: 4.8, momentum: 0.9, weightDecay: 1e-6 },
        },
        schedule: { name: 'cosine', warmupEpochs: 10 },
      },
    },
  },
  collapseAdvice: 'lower optimizer.learningRate, or use a larger batch',

  views: (_options, { augmentation }) => twoViews(augmentation),

  init({ backbone, random, batchSize }, { hiddenDim, hiddenLayers, outDim, queueSize }) {
    if (queueSize < batchSize) {
      throw new UserError(
        `nnclr: methodOptions.queueSize ${queueSize} is smaller than a batch of ${batchSize}; use ${batchSize} or more`,
      );
    }
    const shared = { activation: 'relu', normalize: false, initialization: 'pytorch' } as const;
    return {
      modules: {
        projector: createProjectionHead({
          ...{ inDim: backbone.featureDim, hiddenDim, hiddenLayers, outDim, outputNorm: true },
          ...{ random: random.split('projector'), ...shared },
        }),
        predictor: createProjectionHead({
          ...{ inDim: outDim, hiddenDim, hiddenLayers: 1, outDim },
          ...{ random: random.split('predictor'), ...shared },
        }),
      },
      memory: { queue: createNearestNeighbourQueue(queueSize, outDim) },
    };
  },

  forward({ backbone, modules: { projector, predictor } }, views, at) {
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    const predictions = predictor.forward(projections, at.forward);
    return {
      features: sampleMajor(features, 2),
      projections: sampleMajor(projections, 2),
      predictions: sampleMajor(predictions, 2),
    };
  },

  objective({ projections, predictions }, views, { options: { temperature }, memory: { queue } }) {
    const rows = l2Normalize(viewMajor(projections as tf.Tensor));
    const predicted = tf.split(l2Normalize(viewMajor(predictions as tf.Tensor)), 2) as Pair;
    const indices = tf.tensor1d(groupOf(views, 'views').indices, 'int32');
    const neighbours = (tf.split(rows, 2) as Pair).map((view) =>
      queue.isFull() ? queue.nearest(view, indices) : stopGradient([view], () => tf.clone(view)),
    ) as Pair;
    const losses = [
      infoNceLoss(neighbours[0], predicted[1], { temperature }),
      infoNceLoss(neighbours[1], predicted[0], { temperature }),
    ];
    return {
      loss: tf.div(tf.addN(losses), 2),
      metrics: { pairingAccuracy: accuracyOf(neighbours[0], predicted[1]) },
    };
  },

  afterStep({ memory: { queue } }, { projections }, views) {
    const { indices } = groupOf(views, 'views');
    const [first] = tf.split(l2Normalize(viewMajor(projections as tf.Tensor)), 2) as Pair;
    queue.push(first, tf.tensor1d(indices, 'int32'));
  },

  metrics: (_options, { batchSize }) => ({
    loss: { title: 'InfoNCE', unit: 'nats', chance: Math.log(batchSize) },
    pairingAccuracy: {
      title: 'neighbours whose nearest prediction in the batch is that of their image',
      ...{ range: [0, 1], chance: 1 / batchSize, isHeadline: true },
    },
  }),
};

type Pair = [tf.Tensor2D, tf.Tensor2D];

/** The share of `[batch, dim]` rows whose most similar row of the others stands at their own place. */
function accuracyOf(rows: tf.Tensor2D, others: tf.Tensor2D): tf.Scalar {
  const nearest = tf.argMax(tf.matMul(rows, others, false, true), 1);
  const places = tf.range(0, rows.shape[0], 1, 'int32');
  return tf.mean(tf.cast(tf.equal(nearest, places), 'float32')) as tf.Scalar;
}
