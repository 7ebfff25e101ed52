import { viewTransforms } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import {
  createBatchNorm,
  createLinear,
  treesOf,
  type BufferTree,
  type ForwardContext,
  type HostBuffer,
  type Module,
} from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { selaLoss } from '../losses/sela-loss.ts';
import type { MethodDefinition } from '../method.ts';
import { createLabelTable, type LabelTable } from '../parts/label-table.ts';
import { mnistSmallTraining } from '../parts/mnist-small.ts';
import { relabellingTimes } from '../parts/relabelling-times.ts';
import { groupOf, viewFeatures } from '../parts/view-features.ts';

const optionsSchema = z.strictObject({
  heads: z
    .int()
    .min(1)
    .default(10)
    .describe('classifiers, each with labels of its own (authors: 10; CIFAR: 20)'),
  classes: z
    .int()
    .min(2)
    .default(128)
    .describe('classes of each head (authors: 3000 on ImageNet; CIFAR: 128)'),
  hiddenDim: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'size of a hidden layer that the heads share, of linear, batch norm and ReLU; 0: none (authors)',
    ),
  lambda: z
    .number()
    .positive()
    .default(25)
    .describe('sharpness of the assignment: the larger, the closer to the optimum (authors: 25; CIFAR: 10)'),
  tolerance: z
    .number()
    .positive()
    .default(0.1)
    .describe(
      'change of the assignment at which it is taken, summed over the images (authors: 0.1; CIFAR: 0.01)',
    ),
  relabellings: z.int().min(1).default(80).describe('times that labels are assigned over the run'),
  schedule: z
    .enum(['quadratic', 'linear'])
    .default('quadratic')
    .describe('when: often at first (authors: ImageNet), or evenly (CIFAR)'),
  relabelledHeads: z
    .enum(['all', 'in-turn'])
    .default('all')
    .describe('at each time: all heads (authors: ImageNet), or the one whose turn it is, by epochs (CIFAR)'),
  equipartition: z
    .boolean()
    .default(true)
    .describe('classes equally full; false: each image goes to its likeliest class, which collapses'),
});

/** Options of SeLa; `sela.options` has their defaults and descriptions. */
export type SelaOptions = z.infer<typeof optionsSchema>;

type Head = Module<tf.Tensor2D, tf.Tensor2D>;

/** What SeLa adds to the backbone. */
export interface SelaRoles {
  /** `neck`, the hidden layer that the heads share, and `top_layer0`, `top_layer1`, … */
  readonly modules: Readonly<Record<string, Head>>;
  readonly memory: {
    readonly selflabels: {
      readonly buffers: BufferTree;
      /** Labels of all samples for each head. */
      readonly table: LabelTable;
      /** Assignments done. */
      readonly done: HostBuffer;
    };
  };
  readonly neck?: Head;
  readonly heads: readonly Head[];
  /** When to assign labels, in samples seen. */
  readonly times: readonly number[];
}

/**
 * SeLa, "Self-labelling" (Asano et al., ICLR 2020): learns labels that it assigns itself, by sweeping over the whole
 * data set now and then and spreading the images equally over the classes (`assignLabels`).
 *
 * Features are taken without augmentation and with running batch-norm statistics. Labels start at random, equally
 * many of each.
 *
 * Metrics: `labelChanges`, the share of labels that the last assignment changed; `smallestCluster` and
 * `largestCluster` in images, over all heads; `classesUsed128` (the number is that of the classes), of the head that
 * uses fewest.
 */
export const sela: MethodDefinition<SelaOptions, SelaRoles> = {
  name: 'sela',
  description: 'learns labels that it assigns to the whole data set itself, equally many of each class',
  paper: {
    title: 'Self-labelling via Simultaneous Clustering and Representation Learning',
    authors: 'Yuki M. Asano, Christian Rupprecht, Andrea Vedaldi',
    venue: 'ICLR 2020',
    url: 'https://arxiv.org/abs/1911.05371',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description:
        'CIFAR-10 on a CPU in 20 epochs, by the authors’ CIFAR settings with fewer heads and a layer before them',
      options: { hiddenDim: 512, lambda: 10, tolerance: 0.01, schedule: 'linear', relabellings: 40 },
      // Many short steps: with 256 images in each, at twice the rate, the linear score was 6 points lower.
      training: {
        batchSize: 64,
        optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    'mnist-small': {
      description: 'handwritten digits on a CPU in a minute or two',
      options: {
        ...{ heads: 5, classes: 64, hiddenDim: 256, lambda: 10, tolerance: 0.01 },
        ...{ schedule: 'linear', relabellings: 20 },
      },
      training: {
        ...mnistSmallTraining,
        epochs: 8,
        optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    cifar: {
      description: 'the authors’ 400 epochs on CIFAR-10, on a ResNet-18',
      options: {
        ...{ heads: 20, classes: 128, lambda: 10, tolerance: 0.01 },
        ...{ schedule: 'linear', relabellings: 400, relabelledHeads: 'in-turn' },
      },
      training: {
        backbone: { name: 'resnet18', stem: 'cifar' },
        epochs: 400,
        batchSize: 128,
        optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 },
        schedule: { name: 'multi-step', milestones: [160, 300, 380], factor: 0.1 },
      },
    },
  },
  collapseAdvice:
    'keep methodOptions.equipartition true, raise methodOptions.lambda or lower methodOptions.tolerance, or assign labels more often (methodOptions.relabellings)',

  views: (_options, { augmentation }) => ({
    groups: { view: { count: 1, transforms: viewTransforms(augmentation, 1) } },
  }),

  init({ backbone, random, dataset, totalEpochs: epochs }, options) {
    const { classes, schedule, relabellings: count } = options;
    const neck =
      options.hiddenDim > 0
        ? createNeck(backbone.featureDim, options.hiddenDim, random.split('neck'))
        : undefined;
    const inDim = neck ? options.hiddenDim : backbone.featureDim;
    const heads = Array.from({ length: options.heads }, (_, index) =>
      createLinear({ inDim, outDim: classes, random: random.split('head', index) }),
    );
    const table = createLabelTable({
      ...{ heads: heads.length, classes, samples: dataset.length },
      random: random.split('labels'),
    });
    const done: HostBuffer = { shape: [], data: new Int32Array(1) };
    const buffers: BufferTree = new Map([...table.buffers, ['done', done]]);
    return {
      modules: {
        ...(neck && { neck }),
        ...Object.fromEntries(heads.map((head, index) => [`top_layer${index}`, head])),
      },
      memory: { selflabels: { buffers, table, done } },
      heads,
      times: relabellingTimes({ schedule, count, samples: dataset.length, epochs }),
      ...(neck && { neck }),
    };
  },

  async beforeStep(state, { options, samples, epoch, sweep }) {
    const { heads, times, memory } = state;
    const { table, done } = memory.selflabels;
    const count = done.data[0] as number;
    if (samples < (times[count] as number)) return;
    const features = await collectFeatures(sweep(), table.samples, (inputs) =>
      headInputs(state, state.backbone.features(inputs, evaluating), evaluating),
    );
    const turn = epoch % heads.length;
    const chosen = options.relabelledHeads === 'all' ? [...heads.keys()] : [turn];
    for (const head of chosen) {
      const logits = await logitsOf(features, heads[head] as Head, options.classes);
      table.relabel(head, logits, options);
    }
    table.summarise(chosen);
    done.data[0] = count + 1;
  },

  forward(state, views, at) {
    const features = viewFeatures(state.backbone, views, at.forward);
    const inputs = headInputs(state, features, at.forward);
    const logits = state.heads.map((head, index) => [`logits${index}`, head.forward(inputs, at.forward)]);
    return { features, ...(Object.fromEntries(logits) as Record<string, tf.Tensor>) };
  },

  objective(outputs, views, { options, memory }) {
    const { table } = memory.selflabels;
    const { indices } = groupOf(views, 'view');
    const logits = Array.from(
      { length: options.heads },
      (_, head) => outputs[`logits${head}`] as tf.Tensor2D,
    );
    const labels = logits.map((_, head) => tf.tensor1d(table.labelsOf(head, indices), 'int32'));
    const { labelChanges, smallestCluster, largestCluster, classesUsed } = table.summary();
    return {
      loss: selaLoss(logits, labels),
      metrics: {
        labelChanges: tf.scalar(labelChanges),
        smallestCluster: tf.scalar(smallestCluster),
        largestCluster: tf.scalar(largestCluster),
        [`classesUsed${options.classes}`]: tf.scalar(classesUsed),
      },
    };
  },

  metrics: ({ classes }) => ({
    loss: { title: 'cross-entropy on the assigned labels', unit: 'nats', chance: Math.log(classes) },
    labelChanges: { title: 'labels that the last assignment changed', range: [0, 1] },
    smallestCluster: { title: 'smallest class', unit: 'samples' },
    largestCluster: { title: 'largest class', unit: 'samples' },
    [`classesUsed${classes}`]: {
      title: 'classes in use, of the head that uses fewest',
      range: [1, classes],
      isHeadline: true,
      collapsedWhen: { atMost: 1, problem: `one of ${classes} classes holds all samples` },
    },
  }),

  heads: ({ heads }, { classes }) => heads.map(() => classes),

  predict(state, inputs, _options, index) {
    const { backbone, heads } = state;
    const head = heads[index];
    if (head === undefined) {
      throw new UserError(`sela: no head ${index}; its heads are 0 to ${heads.length - 1}`);
    }
    return tf.tidy(() => {
      const hidden = headInputs(state, backbone.features(inputs, evaluating), evaluating);
      return tf.softmax(head.forward(hidden, evaluating));
    });
  },
};

const evaluating: ForwardContext = { training: false };

function headInputs(
  { neck }: Pick<SelaRoles, 'neck'>,
  features: tf.Tensor2D,
  context: ForwardContext,
): tf.Tensor2D {
  return neck?.forward(features, context) ?? features;
}

function createNeck(inDim: number, outDim: number, random: Random): Head {
  const linear = createLinear({ inDim, outDim, random });
  const norm = createBatchNorm({ channels: outDim });
  return {
    ...treesOf({ linear, norm }),
    forward: (x, context) => norm.forward(linear.forward(x, context), context, { activation: 'relu' }),
  };
}

/** What the heads see of the whole data set, `[samples, dim]`, and their length. */
interface Features {
  readonly values: Float32Array;
  readonly dim: number;
}

async function collectFeatures(
  batches: AsyncIterable<{ readonly indices: Int32Array; readonly inputs: tf.Tensor }>,
  samples: number,
  forward: (inputs: tf.Tensor) => tf.Tensor2D,
): Promise<Features> {
  let values = new Float32Array();
  let dim = 0;
  for await (const { indices, inputs } of batches) {
    const features = tf.tidy(() => forward(inputs));
    dim = features.shape[1];
    if (values.length === 0) values = new Float32Array(samples * dim);
    const rows = await features.data<'float32'>();
    features.dispose();
    for (const [row, index] of indices.entries()) {
      values.set(rows.subarray(row * dim, (row + 1) * dim), index * dim);
    }
  }
  return { values, dim };
}

const rowsAtOnce = 8192;

/** A head's logits of all images, `[samples, classes]`. */
async function logitsOf(
  { values, dim }: Features,
  head: Module<tf.Tensor2D, tf.Tensor2D>,
  classes: number,
): Promise<Float32Array> {
  const samples = values.length / dim;
  const logits = new Float32Array(samples * classes);
  for (let start = 0; start < samples; start += rowsAtOnce) {
    const rows = values.subarray(start * dim, Math.min(samples, start + rowsAtOnce) * dim);
    const part = tf.tidy(() => head.forward(tf.tensor2d(rows, [rows.length / dim, dim]), evaluating));
    logits.set(await part.data<'float32'>(), start * classes);
    part.dispose();
  }
  return logits;
}
