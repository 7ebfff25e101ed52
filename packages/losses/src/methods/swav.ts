import { UserError } from '@ssl/errors';
import {
  createLinear,
  createParameter,
  createProjectionHead,
  l2Normalize,
  type Module,
  type Parameter,
} from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { swavAssignments, swavLoss } from '../losses/swav-loss.ts';
import type { MethodDefinition, MethodState } from '../method.ts';
import { createNearestNeighbourQueue, type NearestNeighbourQueue } from '../parts/nearest-neighbour-queue.ts';
import { multiCropViews } from '../parts/multi-crop-views.ts';
import { groupOf, viewCount, viewFeatures } from '../parts/view-features.ts';
import { sampleMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  hiddenDim: z.int().min(1).default(512).describe('size of the projector’s hidden layer (paper: 2048)'),
  outDim: z.int().min(1).default(128).describe('length of a projection'),
  prototypes: z.int().min(2).default(100).describe('clusters that views are assigned to (paper: 3000)'),
  localViews: z.int().min(0).default(0).describe('small crops beside the two global ones (paper: 6)'),
  temperature: z.number().positive().default(0.1).describe('temperature of the softmax over prototypes'),
  epsilon: z.number().positive().default(0.05).describe('the smaller, the harder the assignments'),
  iterations: z.int().min(1).default(3).describe('rounds of Sinkhorn and Knopp’s algorithm'),
  queueSize: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'projections of earlier batches that are assigned together with a batch (paper: 3840 for batches of 256); 0: none',
    ),
  queueStartEpoch: z.int().min(0).default(15).describe('epoch from which on the queue is filled, then used'),
  freezePrototypesEpochs: z
    .int()
    .min(0)
    .default(1)
    .describe('epochs at the start in which the prototypes stay as they are'),
});

/** Options of SwAV; `swav.options` has their defaults and descriptions. */
export type SwavOptions = z.infer<typeof optionsSchema>;

type Layer = Module<tf.Tensor2D, tf.Tensor2D>;

/** Numbers that are kept over steps. */
type Kept = Readonly<{ buffers: ReadonlyMap<string, Parameter> }>;

/** What SwAV adds to the backbone. */
export interface SwavRoles {
  readonly modules: { readonly projector: Layer; readonly prototypes: Layer };
  /** Projections of each of the two global views, and their scores by the prototypes as they stand. */
  readonly memory: Readonly<{
    queue0?: NearestNeighbourQueue;
    queue1?: NearestNeighbourQueue;
    scores?: Kept;
  }>;
}

/**
 * SwAV, "Swapping Assignments between multiple Views" (Caron et al., NeurIPS 2020): a batch of images is clustered
 * online, equally many to each prototype, and from each view the cluster of the others is to be predicted. Classes come
 * with the features: `predict` gives the prototypes.
 *
 * Metric: `prototypesUsed`, e to the entropy of the mean prediction.
 */
export const swav: MethodDefinition<SwavOptions, SwavRoles> = {
  name: 'swav',
  description:
    'predicts from one view the cluster that the other is assigned to, with equally large clusters',
  paper: {
    title: 'Unsupervised Learning of Visual Features by Contrasting Cluster Assignments',
    authors: 'Mathilde Caron, Ishan Misra, Julien Mairal, Priya Goyal, Piotr Bojanowski, Armand Joulin',
    venue: 'NeurIPS 2020',
    url: 'https://arxiv.org/abs/2006.09882',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 64 images',
      options: { queueSize: 512, queueStartEpoch: 2 },
      training: {
        batchSize: 64,
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    imagenet: {
      description: 'the paper’s for small batches: ResNet-50, 200 epochs in steps of 256 images (for GPUs)',
      options: { hiddenDim: 2048, prototypes: 3000, localViews: 6, queueSize: 3840, epsilon: 0.03 },
      training: {
        backbone: { name: 'resnet50' },
        input: { size: 224 },
        augmentation: 'self-classifier-imagenet',
        normalization: 'imagenet',
        epochs: 200,
        batchSize: 256,
        microBatch: 64,
        optimizer: { name: 'lars', variant: 'larc', learningRate: 0.6, momentum: 0.9, weightDecay: 1e-6 },
        schedule: { name: 'cosine', finalFactor: 0.001 },
      },
    },
  },
  collapseAdvice: 'lower optimizer.learningRate or methodOptions.epsilon, or use fewer prototypes',

  warnings({ prototypes, queueSize }, { batchSize }) {
    const assigned = batchSize + queueSize;
    if (prototypes <= assigned) return [];
    return [
      `swav: ${prototypes} prototypes are more than the ${assigned} images that are assigned at once can fill; ` +
        'use fewer methodOptions.prototypes, a larger batch or a longer methodOptions.queueSize',
    ];
  },

  views({ localViews }, { augmentation }) {
    return multiCropViews({ method: 'swav', group: 'global', localViews, augmentation, example: 'dino' });
  },

  init({ backbone, random, batchSize }, options) {
    const { hiddenDim, outDim, prototypes: count, queueSize } = options;
    if (queueSize > 0 && queueSize < batchSize) {
      throw new UserError(
        `swav: methodOptions.queueSize ${queueSize} is smaller than a batch of ${batchSize}; use 0 (off) or ${batchSize} or more`,
      );
    }
    const projector = createProjectionHead({
      ...{
        inDim: backbone.featureDim,
        hiddenDim,
        hiddenLayers: 1,
        outDim,
        random: random.split('projector'),
      },
      ...{ activation: 'relu', initialization: 'pytorch' },
    });
    const prototypes = createLinear({
      ...{ inDim: outDim, outDim: count, bias: false, random: random.split('prototypes') },
    });
    normalizePrototypes(prototypes);
    if (queueSize === 0) return { modules: { projector, prototypes }, memory: {} };
    const shape = [2, queueSize, count] as const;
    const scores = createParameter(new Float32Array(2 * queueSize * count), [...shape], 'same', false);
    return {
      modules: { projector, prototypes },
      memory: {
        queue0: createNearestNeighbourQueue(queueSize, outDim),
        queue1: createNearestNeighbourQueue(queueSize, outDim),
        scores: { buffers: new Map([['value', scores]]) },
      },
    };
  },

  forward({ backbone, modules: { projector, prototypes } }, views, at) {
    const count = viewCount(views);
    const features = viewFeatures(backbone, views, at.forward);
    const projections = projector.forward(features, at.forward);
    const scores = prototypes.forward(projections, at.forward);
    return {
      features: sampleMajor(features, count),
      projections: sampleMajor(projections, count),
      scores: sampleMajor(scores, count),
    };
  },

  objective({ scores }, _views, { memory, options }) {
    const views = tf.unstack(scores as tf.Tensor3D, 1) as tf.Tensor2D[];
    const assignments = views.slice(0, 2).map((score, view) => {
      const [batch, prototypes] = score.shape;
      const queued = queuedScores(memory, view);
      const all = queued === undefined ? score : tf.concat([queued, score]);
      return tf.slice(swavAssignments(all, options), [all.shape[0] - batch, 0], [batch, prototypes]);
    });
    const mean = tf.mean(tf.softmax(tf.div(views[0] as tf.Tensor2D, options.temperature)), 0);
    const entropy = tf.neg(tf.sum(tf.mul(mean, tf.log(tf.add(mean, 1e-12)))));
    return {
      loss: swavLoss(views, assignments, options),
      metrics: { prototypesUsed: tf.exp(entropy) as tf.Scalar },
    };
  },

  afterStep({ modules: { prototypes }, memory }, { projections }, views, { epoch, options }) {
    normalizePrototypes(prototypes);
    const { queue0, queue1, scores } = memory;
    if (queue0 === undefined || queue1 === undefined || epoch < options.queueStartEpoch) return;
    const rows = tf.unstack(projections as tf.Tensor3D, 1) as tf.Tensor2D[];
    const indices = tf.tensor1d(groupOf(views, 'global').indices, 'int32');
    const queues = [queue0, queue1];
    for (const [view, queue] of queues.entries()) queue.push(rows[view] as tf.Tensor2D, indices);
    // The objective may read no weights: in the next step it uses these scores, which are by the same prototypes.
    const next = queues.map(({ entries }) => prototypes.forward(entries, { training: false }));
    scores?.buffers.get('value')?.variable.assign(tf.stack(next));
  },

  metrics: ({ prototypes }) => ({
    loss: {
      title: 'cross-entropy of assignments and predictions',
      ...{ unit: 'nats', chance: Math.log(prototypes) },
    },
    prototypesUsed: {
      title: `prototypes in use, of ${prototypes}`,
      ...{ range: [1, prototypes], isHeadline: true },
      collapsedWhen: { atMost: 1.5, problem: 'all images get the same prototype' },
    },
  }),

  parameterGroups: (_state, { freezePrototypesEpochs: frozenEpochs }) => [
    { includes: (name) => name.startsWith('prototypes.'), frozenEpochs },
  ],

  heads: (_state, { prototypes }) => [prototypes],

  predict({ backbone, modules: { projector, prototypes } }, inputs, { temperature }) {
    const context = { training: false };
    return tf.tidy(() => {
      const projections = projector.forward(backbone.features(inputs, context), context);
      return tf.softmax(tf.div(prototypes.forward(projections, context), temperature));
    });
  },
};

/** Of a global view's queue, where it is in use: `[queueSize, prototypes]`. */
function queuedScores(
  { queue0, queue1, scores }: MethodState<SwavRoles>['memory'],
  view: number,
): tf.Tensor2D | undefined {
  const kept = scores?.buffers.get('value')?.variable;
  if (kept === undefined || !(view === 0 ? queue0 : queue1)?.isFull()) return undefined;
  return tf.unstack(kept)[view] as tf.Tensor2D;
}

/** Gives every prototype unit length, as the authors do before each step. */
function normalizePrototypes({ parameters }: Layer): void {
  const weight = parameters.get('weight')?.variable as tf.Variable<tf.Rank.R2>;
  tf.tidy(() => {
    weight.assign(tf.transpose(l2Normalize(tf.transpose(weight))));
  });
}
