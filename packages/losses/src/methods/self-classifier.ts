import { UserError } from '@ssl/errors';
import {
  createProjectionHead,
  createWeightNormClassifier,
  type Module,
  type WeightNormClassifier,
} from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { classifierMetrics } from '../losses/classifier-metrics.ts';
import { selfClassifierLoss } from '../losses/self-classifier-loss.ts';
import type { MethodDefinition, MethodPreset } from '../method.ts';
import type { MetricDescription } from '../metric-description.ts';
import { mnistSmallTraining } from '../parts/mnist-small.ts';
import { createNearestNeighbourQueue, type NearestNeighbourQueue } from '../parts/nearest-neighbour-queue.ts';
import { multiCropViews } from '../parts/multi-crop-views.ts';
import { groupOf, viewCount, viewFeatures } from '../parts/view-features.ts';
import { sampleMajor, viewMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  classes: z
    .array(z.int().min(2))
    .min(1)
    .default([10, 20, 50, 100])
    .describe('classes of each classifier; the first one predicts (ImageNet: 1000, 2000, 4000, 8000)'),
  hiddenDim: z.int().min(1).default(512).describe('size of the hidden layers of the head (paper: 4096)'),
  hiddenLayers: z
    .int()
    .min(0)
    .default(2)
    .describe('hidden layers of the head (the authors’ scripts train with 1: they count the last layer too)'),
  outDim: z.int().min(1).default(128).describe('length of the embedding that is classified'),
  rowTemperature: z.number().positive().default(0.1).describe('softmax over the classes: the prediction'),
  columnTemperature: z.number().positive().default(0.05).describe('softmax over the batch: the target'),
  epsilon: z.number().positive().default(1e-12).describe('clamps L1 norms and the logarithm'),
  uniformPrior: z
    .boolean()
    .default(true)
    .describe('holds the classes equally full; false lets all images fall into one'),
  queueSize: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'embeddings to look for nearest neighbours in, which then replace view 0; 0: off (paper: 262144)',
    ),
  localViews: z.int().min(0).default(0).describe('small crops beside the two global ones (paper: 6)'),
  headInitialization: z
    .enum(['truncated-normal', 'pytorch'])
    .default('truncated-normal')
    .describe('how the linear layers of the head start: deviation 0.02, or uniform in ±1/√(fan in)'),
  classifierScale: z
    .enum(['trained', 'fixed'])
    .default('trained')
    .describe('lengths of the class vectors: trained as in the authors’ code, or fixed at 1, directions too'),
});

/** Options of Self-Classifier; `selfClassifier.options` has their defaults and descriptions. */
export type SelfClassifierOptions = z.infer<typeof optionsSchema>;

/** What Self-Classifier adds to the backbone; the names are those of the authors' checkpoints. */
export interface SelfClassifierRoles {
  /** `mlp_head`, and the classifiers `cls_0`, `cls_1`, … */
  readonly modules: Readonly<Record<string, Module<tf.Tensor2D, tf.Tensor2D>>> & {
    readonly mlp_head: Module<tf.Tensor2D, tf.Tensor2D>;
  };
  readonly memory: { readonly queue?: NearestNeighbourQueue };
  readonly classifiers: readonly WeightNormClassifier[];
}

/** What the PyTorch program behind the reference table does, and small data sets with it. */
const asReferenceProgram = { epsilon: 1e-8, headInitialization: 'pytorch', classifierScale: 'fixed' };

/** The authors' scripts train_100ep.sh and train_800ep.sh, which differ in epochs and rate. */
const imagenetOptions = {
  classes: [1000, 2000, 4000, 8000],
  hiddenDim: 4096,
  hiddenLayers: 1,
  queueSize: 262_144,
  localViews: 6,
};

function imagenetTraining(epochs: number, learningRate: number): Readonly<Record<string, unknown>> {
  return {
    backbone: { name: 'resnet50', stem: 'imagenet' },
    input: { size: 224 },
    augmentation: 'self-classifier-imagenet',
    normalization: 'imagenet',
    epochs,
    batchSize: 4096,
    optimizer: { name: 'lars', variant: 'larc', learningRate, momentum: 0.9, weightDecay: 1e-6 },
    schedule: {
      name: 'cosine',
      warmupEpochs: 10,
      warmupFactor: 0.0625,
      finalFactor: 0.001,
      convention: 'self-classifier',
    },
  };
}

const presets: Readonly<Record<string, MethodPreset>> = {
  'cifar10-small': {
    description: 'CIFAR-10 on a CPU in 20 epochs: the PyTorch program of the reference table',
    options: asReferenceProgram,
  },
  'shapes-small': {
    description: 'the generated shapes in minutes, for the demo',
    options: { ...asReferenceProgram, classes: [10, 20, 50], hiddenDim: 256 },
    training: {
      augmentation: 'generated-shapes',
      normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      // With its first layers of stride 4 the network sees the whole shape, not pieces of its edge, and a step takes
      // a fraction of the time.
      backbone: { name: 'resnet-tiny', width: 16, stem: 'imagenet', initialization: 'pytorch' },
      epochs: 40,
      batchSize: 128,
      optimizer: { name: 'sgd', learningRate: 0.12, momentum: 0.9, weightDecay: 5e-4 },
      schedule: { name: 'cosine', warmupEpochs: 1 },
    },
  },
  'mnist-small': {
    description: 'handwritten digits on a CPU in a minute or two: ten classes, found without labels',
    options: { ...asReferenceProgram, classes: [10, 20, 50], hiddenDim: 256 },
    training: {
      ...mnistSmallTraining,
      epochs: 15,
      batchSize: 128,
      optimizer: { name: 'sgd', learningRate: 0.12, momentum: 0.9, weightDecay: 5e-4 },
    },
  },
  imagenet: {
    description: 'the authors’ 100 epochs of ResNet-50 on ImageNet, batch 4096',
    options: imagenetOptions,
    training: imagenetTraining(100, 4.8),
  },
  'imagenet-800': {
    description: 'the authors’ 800 epochs of ResNet-50 on ImageNet, batch 4096: the published results',
    options: imagenetOptions,
    training: imagenetTraining(800, 3.2),
  },
};

/**
 * Self-Classifier (Amrani et al., ECCV 2022): classifies two views of each image and learns that they belong
 * to one class, while a uniform prior keeps the classes equally full.
 *
 * Metrics for each classifier, on the first view, with the number of its classes behind the name:
 * `classesUsed10`, `meanEntropy10` (nats) and `confidence10`. Classifiers of one size are told apart by their
 * place: `classesUsed1000Head2`.
 */
export const selfClassifier: MethodDefinition<SelfClassifierOptions, SelfClassifierRoles> = {
  name: 'self-classifier',
  description:
    'learns representations and classes at once, from the agreement of two views and a uniform prior',
  paper: {
    title: 'Self-Supervised Classification Network',
    authors: 'Elad Amrani, Leonid Karlinsky, Alex Bronstein',
    venue: 'ECCV 2022',
    url: 'https://arxiv.org/abs/2103.10994',
  },
  options: optionsSchema,
  presets,
  collapseAdvice:
    'keep methodOptions.uniformPrior true, lower methodOptions.columnTemperature or optimizer.learningRate, or use a larger batch',

  views: ({ localViews }, { augmentation }) =>
    multiCropViews({
      ...{ method: 'self-classifier', group: 'views', localViews, augmentation },
      example: 'self-classifier-imagenet',
    }),

  init({ backbone, random, batchSize }, options) {
    const { classes, outDim, queueSize } = options;
    if (queueSize > 0 && queueSize < batchSize) {
      throw new UserError(
        `self-classifier: queueSize ${queueSize} is smaller than a batch of ${batchSize}; use 0 (off) or more`,
      );
    }
    const head = createProjectionHead({
      inDim: backbone.featureDim,
      hiddenDim: options.hiddenDim,
      hiddenLayers: options.hiddenLayers,
      outDim,
      initialization: options.headInitialization,
      random: random.split('mlp_head'),
    });
    const classifiers = classes.map((count, index) =>
      createWeightNormClassifier({
        inDim: outDim,
        classes: count,
        trainableScale: options.classifierScale === 'trained',
        random: random.split('cls', index),
      }),
    );
    if (options.classifierScale === 'fixed') normalizeAll(classifiers);
    const queue = queueSize > 0 ? createNearestNeighbourQueue(queueSize, outDim) : undefined;

    return {
      modules: {
        mlp_head: head,
        ...Object.fromEntries(classifiers.map((classifier, index) => [`cls_${index}`, classifier])),
      },
      memory: queue ? { queue } : {},
      classifiers,
    };
  },

  forward({ backbone, modules, classifiers, memory: { queue } }, views, at) {
    const { batchSize, indices } = groupOf(views, 'views');
    const features = viewFeatures(backbone, views, at.forward);
    const embeddings = modules.mlp_head.forward(features, at.forward);
    const [rows, dim] = embeddings.shape;
    const first = tf.slice(embeddings, [0, 0], [batchSize, dim]);
    const inputs = queue?.isFull()
      ? tf.concat([
          queue.nearest(first, tf.tensor1d(indices, 'int32')),
          tf.slice(embeddings, [batchSize, 0], [rows - batchSize, dim]),
        ])
      : embeddings;
    const count = viewCount(views);
    const logits = classifiers.map((classifier, index) => [
      `logits${index}`,
      sampleMajor(classifier.forward(inputs, at.forward), count),
    ]);
    return {
      features: sampleMajor(tf.slice(features, [0, 0], [2 * batchSize, backbone.featureDim]), 2),
      projections: sampleMajor(tf.slice(embeddings, [0, 0], [2 * batchSize, dim]), 2),
      ...(Object.fromEntries(logits) as Record<string, tf.Tensor>),
    };
  },

  objective(outputs, views, { options }) {
    const { batchSize } = groupOf(views, 'views');
    const count = viewCount(views);
    const logits = options.classes.map((_, index) => viewMajor(outputs[`logits${index}`] as tf.Tensor));
    const loss = selfClassifierLoss(
      logits.map((s) => tf.reshape(s, [count, batchSize, s.shape[1]])),
      options,
    );
    return { loss, metrics: metricsOf(logits, batchSize, options) };
  },

  afterStep({ memory: { queue }, classifiers }, { projections }, views, { options }) {
    if (options.classifierScale === 'fixed') normalizeAll(classifiers);
    if (queue === undefined) return;
    const embeddings = viewMajor(projections as tf.Tensor);
    const { batchSize, indices } = groupOf(views, 'views');
    queue.push(tf.slice(embeddings, 0, batchSize), tf.tensor1d(indices, 'int32'));
  },

  metrics: ({ classes }) =>
    Object.fromEntries(
      classes.flatMap((count, head) => Object.entries(describeHead(count, head, suffixOf(classes, head)))),
    ),

  heads: (_state, { classes }) => classes,

  predict({ backbone, modules, classifiers }, inputs, { classes, rowTemperature }, index) {
    const classifier = classifiers[index];
    if (classifier === undefined) {
      throw new UserError(
        `self-classifier: no head ${index}; its heads are 0 to ${classifiers.length - 1}, with ` +
          `${classes.join(', ')} classes`,
      );
    }
    const context = { training: false };
    return tf.tidy(() => {
      const embeddings = modules.mlp_head.forward(backbone.features(inputs, context), context);
      return tf.softmax(tf.div(classifier.forward(embeddings, context), rowTemperature));
    });
  },
};

function normalizeAll(classifiers: readonly WeightNormClassifier[]): void {
  for (const classifier of classifiers) classifier.normalizeDirections();
}

/** What stands behind the names of a head's metrics: its number of classes, and its place where several have as many. */
function suffixOf(classes: readonly number[], head: number): string {
  const isOnly = classes.filter((count) => count === classes[head]).length === 1;
  return isOnly ? `${classes[head]}` : `${classes[head]}Head${head}`;
}

function describeHead(classes: number, head: number, suffix: string): Record<string, MetricDescription> {
  const series = suffix === `${classes}` ? `${classes} classes` : `${classes} classes, head ${head + 1}`;
  return {
    [`classesUsed${suffix}`]: {
      title: `classes in use, of ${classes}`,
      chart: { title: 'classes in use in a batch', series },
      ...{ range: [1, classes], head, isHeadline: head === 0 },
      collapsedWhen: { atMost: 1, problem: `one of ${classes} classes holds all samples` },
    },
    [`meanEntropy${suffix}`]: {
      title: `entropy of the mean prediction over ${classes} classes`,
      chart: { title: 'entropy of the mean prediction', series },
      ...{ unit: 'nats', range: [0, Math.log(classes)], head },
    },
    [`confidence${suffix}`]: {
      title: `mean probability of the likeliest of ${classes} classes`,
      chart: { title: 'confidence', series },
      ...{ range: [0, 1], chance: 1 / classes, head },
    },
  };
}

/** The metrics of every classifier on the first view, by names that carry the number of classes. */
function metricsOf(
  logits: readonly tf.Tensor2D[],
  batchSize: number,
  { classes, rowTemperature }: SelfClassifierOptions,
): Record<string, tf.Scalar> {
  const metrics: Record<string, tf.Scalar> = {};
  for (const [index, s] of logits.entries()) {
    const firstView = tf.slice(s, [0, 0], [batchSize, s.shape[1]]);
    for (const [name, value] of Object.entries(classifierMetrics(tf.div(firstView, rowTemperature)))) {
      metrics[name + suffixOf(classes, index)] = value as tf.Scalar;
    }
  }
  return metrics;
}
