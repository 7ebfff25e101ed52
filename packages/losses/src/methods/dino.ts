import {
  copyTree,
  createDinoHead,
  createParameter,
  freezeTree,
  type Backbone,
  type DinoHead,
  type Parameter,
} from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { dinoLoss, updateCentre } from '../losses/dino-loss.ts';
import { teacherTemperatureAt } from '../losses/teacher-temperature-at.ts';
import type { MethodDefinition, Progress, Views } from '../method.ts';
import { cosineMomentum } from '../parts/cosine-momentum.ts';
import { updateEma } from '../parts/ema.ts';
import { smallCrops } from '../parts/small-crops.ts';
import { stopGradient } from '../parts/stop-gradient.ts';
import { multiCropViews } from '../parts/multi-crop-views.ts';
import { groupOf, viewCount, viewFeatures } from '../parts/view-features.ts';
import { sampleMajor } from '../parts/view-major.ts';

const optionsSchema = z.strictObject({
  hiddenDim: z.int().min(1).default(256).describe('size of the head’s hidden layers (paper: 2048)'),
  bottleneckDim: z.int().min(1).default(64).describe('length of the head’s embedding (paper: 256)'),
  outDim: z.int().min(2).default(1024).describe('prototypes that views are told apart by (paper: 65536)'),
  normLastLayer: z.boolean().default(true).describe('whether the prototypes keep length 1'),
  batchNorm: z.boolean().default(false).describe('batch norm in the head'),
  headInitialization: z
    .enum(['truncated-normal', 'pytorch'])
    .default('pytorch')
    .describe(
      'how the linear layers of the head start: uniform in ±1/√(fan in), which narrow ones need, or with deviation 0.02 (paper)',
    ),
  freezeLastLayerEpochs: z
    .int()
    .min(0)
    .default(1)
    .describe('epochs at the start in which the prototypes stay as they are'),
  localViews: z.int().min(0).default(0).describe('small crops beside the two global ones (paper: 8)'),
  momentum: z
    .number()
    .min(0)
    .max(1)
    .default(0.996)
    .describe('of the teacher at the start, growing to 1 by a cosine over training'),
  studentTemperature: z.number().positive().default(0.1).describe('temperature of the student’s softmax'),
  teacherTemperature: z
    .number()
    .positive()
    .default(0.04)
    .describe('temperature of the teacher’s softmax after its warm-up (paper: 0.04 to 0.07)'),
  warmupTeacherTemperature: z
    .number()
    .positive()
    .default(0.04)
    .describe('the teacher’s temperature in the first epoch'),
  warmupTeacherEpochs: z
    .int()
    .min(0)
    .default(0)
    .describe('epochs over which the teacher’s temperature grows (paper: 30 of 100)'),
  centreMomentum: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe(
      'share of the centre that is kept at each step; 1: no centring, which lets the features collapse',
    ),
});

/** Options of DINO; `dino.options` has their defaults and descriptions. */
export type DinoOptions = z.infer<typeof optionsSchema>;

/** What DINO adds to the backbone. */
export interface DinoRoles {
  readonly modules: { readonly head: DinoHead };
  readonly frozen: { readonly teacher: { readonly backbone: Backbone; readonly head: DinoHead } };
  readonly memory: { readonly centre: { readonly buffers: ReadonlyMap<string, Parameter> } };
  /** The teacher's backbone: it is better than the student's throughout training (section 5.2). */
  readonly evaluated: Backbone;
}

/**
 * DINO, "self-distillation with no labels" (Caron et al., ICCV 2021): a student learns from all views of an image what
 * its own moving average, the teacher, makes of the other global view. The teacher's outputs are centred, and sharpened
 * by a low temperature, which keeps both from collapsing. The teacher is the network that is evaluated.
 *
 * The teacher runs on its batch's own statistics where it has batch norm, and keeps running ones of its own.
 *
 * Metrics: `prototypesUsed`, e to the entropy of the teacher's mean output; `teacherEntropy` in nats;
 * `teacherTemperature` and `teacherMomentum`.
 */
export const dino: MethodDefinition<DinoOptions, DinoRoles> = {
  name: 'dino',
  description:
    'learns from small and large crops what a slowly following teacher makes of the other large one',
  paper: {
    title: 'Emerging Properties in Self-Supervised Vision Transformers',
    authors: 'Mathilde Caron and others',
    venue: 'ICCV 2021',
    url: 'https://arxiv.org/abs/2104.14294',
  },
  options: optionsSchema,
  presets: {
    'cifar10-small': {
      description: 'CIFAR-10 on a CPU in 20 epochs, in steps of 64 images',
      // On 2,000 images held out of the training data (8,000 to learn from, seed 10), linear came to 47.5 after a random
      // backbone's 38.3. Other temperatures and momenta were not compared on these images.
      options: {
        ...{ batchNorm: true, outDim: 512, momentum: 0.99 },
        ...{ teacherTemperature: 0.03, warmupTeacherTemperature: 0.03 },
      },
      training: {
        augmentation: smallCrops,
        batchSize: 64,
        optimizer: { name: 'sgd', learningRate: 0.03, momentum: 0.9, weightDecay: 5e-4 },
      },
    },
    imagenet: {
      description: 'the paper’s: ViT-Small with 8 local crops, 100 epochs in steps of 1024 images (for GPUs)',
      options: {
        ...{ hiddenDim: 2048, bottleneckDim: 256, outDim: 65_536, normLastLayer: false },
        ...{ headInitialization: 'truncated-normal', localViews: 8 },
        ...{ teacherTemperature: 0.07, warmupTeacherTemperature: 0.04, warmupTeacherEpochs: 30 },
      },
      training: {
        backbone: {
          name: 'vit-tiny',
          patchSize: 16,
          dim: 384,
          depth: 12,
          heads: 6,
          pool: 'class',
          dropPath: 0.1,
        },
        input: { size: 224 },
        augmentation: 'dino',
        normalization: 'imagenet',
        epochs: 100,
        batchSize: 1024,
        microBatch: 64,
        optimizer: { name: 'adamw', learningRate: 0.002, weightDecay: 0.04, weightDecayEnd: 0.4 },
        schedule: { name: 'cosine', warmupEpochs: 10, finalFactor: 5e-4 },
        gradientClipping: { name: 'each-norm', maxNorm: 3 },
      },
    },
  },
  collapseAdvice:
    'lower optimizer.learningRate or methodOptions.teacherTemperature, or keep methodOptions.centreMomentum below 1',

  views({ localViews }, { augmentation }) {
    return multiCropViews({ method: 'dino', group: 'global', localViews, augmentation, example: 'dino' });
  },

  init({ backbone, random }, options) {
    const head = createHead(backbone, options, random.split('head'));
    const teacher = { backbone: backbone.clone(), head: createHead(backbone, options, random.split('head')) };
    copyTree(head.parameters, teacher.head.parameters);
    freezeTree(teacher.backbone.parameters);
    freezeTree(teacher.head.parameters);
    const centre = createParameter(new Float32Array(options.outDim), [options.outDim], 'same', false);
    return {
      modules: { head },
      frozen: { teacher },
      memory: { centre: { buffers: new Map([['value', centre]]) } },
      evaluated: teacher.backbone,
    };
  },

  forward({ backbone, modules: { head }, frozen: { teacher } }, views, at) {
    const count = viewCount(views);
    const features = viewFeatures(backbone, views, at.forward);
    const projections = head.embed(features, at.forward);
    const student = head.score(projections, at.forward);
    const global: Views = { groups: { global: groupOf(views, 'global') } };
    const taught = stopGradient([groupOf(views, 'global').inputs], () =>
      teacher.head.forward(viewFeatures(teacher.backbone, global, at.forward), at.forward),
    );
    return {
      features: sampleMajor(features, count),
      projections: sampleMajor(projections, count),
      student: sampleMajor(student, count),
      teacher: sampleMajor(taught, 2),
    };
  },

  objective({ student, teacher }, _views, at) {
    const { studentTemperature } = at.options;
    const teacherTemperature = temperatureAt(at);
    const centre = at.memory.centre.buffers.get('value')?.variable as tf.Tensor1D;
    const probabilities = tf.softmax(tf.div(tf.sub(teacher as tf.Tensor, centre), teacherTemperature));
    return {
      loss: dinoLoss(viewsOf(student), viewsOf(teacher), centre, { studentTemperature, teacherTemperature }),
      metrics: {
        prototypesUsed: tf.exp(entropy(tf.mean(probabilities, [0, 1]))) as tf.Scalar,
        teacherEntropy: tf.mean(entropy(probabilities)) as tf.Scalar,
        teacherTemperature: tf.scalar(teacherTemperature),
        teacherMomentum: tf.scalar(momentumAt(at)),
      },
    };
  },

  afterStep({ backbone, modules: { head }, frozen: { teacher }, memory }, outputs, _views, at) {
    const centre = memory.centre.buffers.get('value')?.variable as tf.Variable<tf.Rank.R1>;
    centre.assign(updateCentre(centre, viewsOf(outputs['teacher']), at.options.centreMomentum));
    const momentum = momentumAt(at);
    updateEma(backbone.parameters, teacher.backbone.parameters, momentum);
    updateEma(head.parameters, teacher.head.parameters, momentum);
  },

  metrics: ({ outDim }) => ({
    loss: { title: 'cross-entropy of teacher and student', unit: 'nats', chance: Math.log(outDim) },
    prototypesUsed: {
      title: 'prototypes in use',
      range: [1, outDim],
      isHeadline: true,
      collapsedWhen: { atMost: 1.5, problem: 'the teacher gives all images the same prototype' },
    },
    teacherEntropy: {
      title: 'entropy of the teacher’s outputs',
      unit: 'nats',
      range: [0, Math.log(outDim)],
      chance: Math.log(outDim),
    },
    teacherTemperature: { title: 'temperature of the teacher' },
    teacherMomentum: { title: 'momentum of the teacher', range: [0, 1] },
  }),

  parameterGroups: (_state, { freezeLastLayerEpochs: frozenEpochs }) => [
    { includes: (name) => name.startsWith('head.last_layer.'), frozenEpochs },
    // As the authors' `get_params_groups`.
    { includes: (name, shape) => shape.length === 1 || name.endsWith('.bias'), weightDecayFactor: 0 },
  ],
};

function createHead({ featureDim }: Backbone, options: DinoOptions, random: Random): DinoHead {
  const { headInitialization: initialization } = options;
  return createDinoHead({ inDim: featureDim, ...options, initialization, random });
}

function momentumAt({ options, step, totalSteps }: Progress<DinoOptions>): number {
  return cosineMomentum(step, { base: options.momentum, totalSteps });
}

function temperatureAt({ epoch, options }: Progress<DinoOptions>): number {
  return teacherTemperatureAt(epoch, {
    temperature: options.teacherTemperature,
    warmupTemperature: options.warmupTeacherTemperature,
    warmupEpochs: options.warmupTeacherEpochs,
  });
}

/** The logits of each view, `[batch, views, dim]` → `views` times `[batch, dim]`. */
function viewsOf(logits: tf.Tensor | undefined): tf.Tensor2D[] {
  return tf.unstack(logits as tf.Tensor3D, 1) as tf.Tensor2D[];
}

/** Of the distributions along the last axis, in nats. */
function entropy(probabilities: tf.Tensor): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(probabilities, tf.log(tf.add(probabilities, 1e-12))), -1));
}
