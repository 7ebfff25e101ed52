import {
  cifar10SmallRecipe,
  generatedShapesRecipe,
  selfClassifierImagenetRecipe,
  type ImageSpec,
  type ViewRecipe,
} from '@ssl/augment';
import { UserError } from '@ssl/errors';
import {
  createProjectionHead,
  createWeightNormClassifier,
  treesOf,
  type Module,
  type WeightNormClassifier,
} from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { classifierMetrics } from '../classifier-metrics.ts';
import type { MethodDefinition, MethodPreset, MethodState } from '../method.ts';
import { createNearestNeighbourQueue, type NearestNeighbourQueue } from '../nearest-neighbour-queue.ts';
import { selfClassifierLoss } from '../self-classifier-loss.ts';
import { viewCount, viewFeatures } from '../view-features.ts';

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
  recipe: z
    .enum(['auto', 'cifar10-small', 'generated-shapes', 'imagenet'])
    .default('auto')
    .describe('augmentation; auto: cifar10-small for images below 64 pixels, else imagenet'),
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

/** State of Self-Classifier: names of its trees are those of the authors' checkpoints. */
export interface SelfClassifierState extends MethodState {
  readonly options: SelfClassifierOptions;
  readonly head: Module<tf.Tensor2D, tf.Tensor2D>;
  readonly classifiers: readonly WeightNormClassifier[];
  readonly queue?: NearestNeighbourQueue;
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
  recipe: 'imagenet',
};

function imagenetTraining(epochs: number, learningRate: number): Readonly<Record<string, unknown>> {
  return {
    backbone: { name: 'resnet50', stem: 'imagenet' },
    imageSize: 224,
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
    options: { ...asReferenceProgram, recipe: 'cifar10-small' },
  },
  'shapes-small': {
    description: 'the generated shapes in minutes, for the demo',
    options: { ...asReferenceProgram, classes: [10, 20, 50], hiddenDim: 256, recipe: 'generated-shapes' },
    training: {
      // With its first layers of stride 4 the network sees the whole shape, not pieces of its edge, and a step takes
      // a fraction of the time.
      backbone: { name: 'resnet-tiny', width: 16, stem: 'imagenet', initialization: 'pytorch' },
      epochs: 40,
      batchSize: 128,
      optimizer: { name: 'sgd', learningRate: 0.12, momentum: 0.9, weightDecay: 5e-4 },
      schedule: { name: 'cosine', warmupEpochs: 1 },
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
export const selfClassifier: MethodDefinition<SelfClassifierOptions, SelfClassifierState> = {
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

  views: recipeFor,

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

    const trees = treesOf({
      backbone,
      mlp_head: head,
      ...Object.fromEntries(classifiers.map((classifier, index) => [`cls_${index}`, classifier])),
      ...(queue && { queue: { parameters: new Map(), buffers: queue.buffers } }),
    });
    const { parameters: trainable, buffers } = trees;
    return { backbone, options, head, classifiers, trainable, buffers, ...(queue && { queue }) };
  },

  loss(state, views, at) {
    const { backbone, head, classifiers, queue, options } = state;
    const { batchSize } = views;
    const features = viewFeatures(backbone, views, at.forward);
    const embeddings = head.forward(features, at.forward);
    const [rows, dim] = embeddings.shape;
    const first = tf.slice(embeddings, [0, 0], [batchSize, dim]);
    const indices = tf.tensor1d(views.indices, 'int32');
    const inputs = queue?.isFull()
      ? tf.concat([
          queue.nearest(first, indices),
          tf.slice(embeddings, [batchSize, 0], [rows - batchSize, dim]),
        ])
      : embeddings;
    const logits = classifiers.map((classifier) => classifier.forward(inputs, at.forward));

    const count = viewCount(views);
    const loss = selfClassifierLoss(
      logits.map((s) => tf.reshape(s, [count, batchSize, s.shape[1]])),
      options,
    );
    return {
      loss,
      features: tf.slice(features, [0, 0], [2 * batchSize, backbone.featureDim]),
      projections: tf.slice(embeddings, [0, 0], [2 * batchSize, dim]),
      metrics: metricsOf(logits, batchSize, options),
      ...(queue && { aux: { embeddings: first, indices } }),
    };
  },

  afterStep({ queue, classifiers, options }, _context, { embeddings, indices }) {
    if (options.classifierScale === 'fixed') normalizeAll(classifiers);
    if (queue && embeddings && indices) queue.push(embeddings as tf.Tensor2D, indices as tf.Tensor1D);
  },

  heads: ({ options }) => options.classes,

  predict({ backbone, head, classifiers, options }, images, index = 0) {
    const classifier = classifiers[index];
    if (classifier === undefined) {
      throw new UserError(
        `self-classifier: no head ${index}; its heads are 0 to ${classifiers.length - 1}, with ` +
          `${options.classes.join(', ')} classes`,
      );
    }
    const context = { training: false };
    return tf.tidy(() => {
      const embeddings = head.forward(backbone.forward(images, context), context);
      return tf.softmax(tf.div(classifier.forward(embeddings, context), options.rowTemperature));
    });
  },
};

function recipeFor({ recipe, localViews }: SelfClassifierOptions, image: ImageSpec): ViewRecipe {
  const { height, width, channels } = image;
  if (height !== width || channels !== 3) {
    throw new UserError(
      `self-classifier: its views are square and RGB, images of ${height}×${width}×${channels} are not; ` +
        'set a square image size, or give the run a recipe of its own',
    );
  }
  const name = recipe === 'auto' ? (height < 64 ? 'cifar10-small' : 'imagenet') : recipe;
  if (name === 'imagenet') {
    const localSize = Math.round((96 / 224) * height);
    // Without local crops the authors advise a wider range for the global ones.
    const scale = localViews === 0 ? { globalScale: [0.14, 1] as const } : {};
    return selfClassifierImagenetRecipe({ imageSize: height, localCount: localViews, localSize, ...scale });
  }
  if (localViews > 0) {
    throw new UserError(`self-classifier: the recipe ${name} has no local views; set localViews to 0`);
  }
  return name === 'cifar10-small'
    ? cifar10SmallRecipe({ imageSize: height })
    : generatedShapesRecipe({ imageSize: height });
}

function normalizeAll(classifiers: readonly WeightNormClassifier[]): void {
  for (const classifier of classifiers) classifier.normalizeDirections();
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
    const isOnly = classes.filter((count) => count === classes[index]).length === 1;
    const suffix = isOnly ? `${s.shape[1]}` : `${s.shape[1]}Head${index}`;
    for (const [name, value] of Object.entries(classifierMetrics(tf.div(firstView, rowTemperature)))) {
      metrics[name + suffix] = value as tf.Scalar;
    }
  }
  return metrics;
}
