import { viewTransforms, type AugmentationStrength } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createLinear, type Module } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchAccuracy, crossEntropyLoss } from '../losses/cross-entropy-loss.ts';
import { s4lLoss } from '../losses/s4l-loss.ts';
import type { AnyMethod, MethodDefinition, MethodState, ViewGroup, Views } from '../method.ts';
import {
  afterStepOfPart,
  beforeStepOfPart,
  contextForViews,
  describePart,
  examplesOfPart,
  forwardPart,
  initPart,
  joinRecipes,
  joinRoles,
  metricsOfPart,
  objectiveOfPart,
  parameterGroupsOfPart,
  partRecipe,
  prefixed,
  type JoinedRoles,
  type MethodPart,
} from '../parts/nested-methods.ts';
import { completePartOptions } from '../parts/part-options.ts';
import { smallCrops } from '../parts/small-crops.ts';
import { groupOf } from '../parts/view-features.ts';

const optionsSchema = z.strictObject({
  pretext: z
    .array(z.string().min(1))
    .min(1)
    .default(['rotation'])
    .describe('methods whose losses are added to the supervised one'),
  pretextWeights: z
    .record(z.string(), z.number().min(0))
    .default({})
    .describe('of each pretext loss, by its method; 1 for those left out'),
  pretextOptions: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('options of each pretext method, by its name, e.g. pretextOptions.rotation.rotations'),
  pretextFrom: z
    .enum(['all', 'unlabelled'])
    .default('all')
    .describe('samples of the pretext stream: all, the labelled ones too, or only those without a label'),
  labelledViews: z
    .enum(['pretext', 'augmented'])
    .default('pretext')
    .describe(
      'how labelled samples are seen: as the first pretext method sees them (in all four rotations), with the pretext losses on them too; or augmented only, without',
    ),
  labelledBatchSize: z
    .int()
    .min(1)
    .optional()
    .describe('labelled samples in a step; default: as many as of the pretext stream'),
});

/** Options of S⁴L; `s4l.options` has their defaults and descriptions. */
export type S4lOptions = z.output<typeof optionsSchema>;

/** What S⁴L adds to the backbone: a classifier, and what its pretext methods add. */
export interface S4lRoles extends JoinedRoles {
  readonly modules: NonNullable<JoinedRoles['modules']> & {
    readonly classifier: Module<tf.Tensor2D, tf.Tensor2D>;
  };
  readonly classes: number;
}

/** Streams; the first counts the epochs. */
const pretextStream = 'pretext';
const labelledStream = 'labelled';
/** The group of labelled samples that are augmented only. */
const labelledGroup = 'labelled';

/**
 * S⁴L, "Self-Supervised Semi-Supervised Learning" (Zhai et al., ICCV 2019): learns from few labels and from all samples
 * at once. The loss is the cross-entropy on a batch of labelled samples plus the weighted loss of one or several pretext
 * methods, by default rotation prediction (`s4lLoss`).
 *
 * As in the authors' code, labelled samples come twice: among all samples of the first stream, and in batches of their
 * own, which are classified in the views of the first pretext method and count for the pretext losses as well (the mean
 * of both batches). Several pretext methods on the samples of one domain and the labels of another one are
 * Sun et al. (2019), "Unsupervised Domain Adaptation through Self-Supervision" (`pretextFrom: unlabelled`).
 *
 * The authors run both batches through the network as one; here each has a pass and batch-norm statistics of its own.
 *
 * Metrics: `supervisedLoss` and `accuracy` on the labelled batch, and the pretext methods' own on the other one:
 * `rotationLoss`, `rotationAccuracy`.
 *
 * @param methodByName throws a UserError for a name that it does not know
 */
export function createS4l(methodByName: (name: string) => AnyMethod): MethodDefinition<S4lOptions, S4lRoles> {
  const partsOf = ({ pretext, pretextOptions }: S4lOptions): readonly MethodPart[] =>
    pretext.map((name) => ({ name, method: methodByName(name), options: pretextOptions[name] }));

  return {
    name: 's4l',
    description:
      'learns from few labels and from all samples at once: classes, and a pretext task beside them',
    paper: {
      title: 'S4L: Self-Supervised Semi-Supervised Learning',
      authors: 'Xiaohua Zhai, Avital Oliver, Alexander Kolesnikov, Lucas Beyer',
      venue: 'ICCV 2019',
      url: 'https://arxiv.org/abs/1905.03670',
    },
    options: optionsSchema.transform((options, context) =>
      completePartOptions(options, {
        ...{ namesKey: 'pretext', optionsKey: 'pretextOptions', weightsKey: 'pretextWeights' },
        methodByName: (name) => withoutStreams(methodByName(name)),
        fail: (path, message) =>
          context.issues.push({ code: 'custom', path: [...path], message, input: options }),
      }),
    ),
    presets: {
      'cifar10-small': {
        description:
          'CIFAR-10 on a CPU in 20 epochs: 64 images a step in two views each for Self-Classifier, and 64 labelled ones',
        // Accuracy on 2,000 images held out of the training data (8,000 to learn from, 400 with a label; seed 0): 53.1;
        // that of `supervised` on those labels, in as many steps of such crops: 50.9. With 128 images a step, of 32 pixels
        // and at a rate of 0.1, it was 51.8, and with rotation (one of the four for each image) in place of
        // Self-Classifier there 48.1; of `supervised` in as many steps of 32 pixels 47.3.
        options: {
          pretext: ['self-classifier'],
          pretextOptions: {
            'self-classifier': {
              epsilon: 1e-8,
              headInitialization: 'pytorch',
              classifierScale: 'fixed',
            },
          },
          labelledViews: 'augmented',
          labelledBatchSize: 64,
        },
        training: {
          augmentation: smallCrops,
          batchSize: 64,
          optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
        },
      },
    },
    usesLabels: true,
    collapseAdvice:
      'lower optimizer.learningRate, or methodOptions.pretextWeights of the pretext method whose features collapse',

    augmentationStrengthFor: (options) => strongest(partsOf(options)),

    streams: ({ pretextFrom, labelledBatchSize }, batchSize) => ({
      [pretextStream]: { from: pretextFrom },
      [labelledStream]: { from: 'labelled', batchSize: labelledBatchSize ?? batchSize },
    }),

    views(options, context) {
      const parts = partsOf(options);
      const ofAll = parts.map((part) => partRecipe(part, context, { stream: pretextStream }));
      if (options.labelledViews === 'augmented') {
        const transforms = viewTransforms(context.augmentation, 1);
        const labelled = { groups: { [labelledGroup]: { stream: labelledStream, count: 1, transforms } } };
        return joinRecipes([...ofAll, labelled]);
      }
      const ofLabelled = parts.map((part) =>
        partRecipe(part, context, { scope: labelledScope(part), stream: labelledStream }),
      );
      return joinRecipes([...ofAll, ...ofLabelled]);
    },

    init(context, options) {
      const { backbone, random, dataset } = context;
      const { classes } = dataset;
      if (classes === undefined) {
        throw new UserError(
          's4l: the data set has no labels; use one with a sub-folder for each class, name them by --labels, or use a method that needs none',
        );
      }
      const classifier = createLinear({
        inDim: backbone.featureDim,
        outDim: classes,
        random: random.split('classifier'),
      });
      const parts = partsOf(options);
      const joined = joinRoles(
        parts,
        parts.map((part) => initPart(part, context)),
      );
      return { ...joined, modules: { ...joined.modules, classifier }, classes };
    },

    forward(state, views, at) {
      const parts = partsOf(at.options);
      const scopes = scopesOf(at.options);
      const outputs: Record<string, tf.Tensor | undefined> = {};
      for (const part of parts) {
        for (const scopeOf of scopes) {
          const scope = scopeOf(part);
          Object.assign(outputs, prefixed(scope, forwardPart(part, state, views, at, scope)));
        }
      }
      const [first] = parts as [MethodPart];
      const features = outputs[`${first.name}.features`] as tf.Tensor;
      const labelled =
        outputs[`${labelledScope(first)}.features`] ?? augmentedFeatures(state, views, at.forward);
      const { classifier } = state.modules;
      const [batch = 0] = labelled.shape;
      const dim = labelled.shape.at(-1) ?? 1;
      const copies = labelled.size / (batch * dim);
      const logits = classifier.forward(tf.reshape(labelled, [batch * copies, dim]), at.forward);
      return { ...outputs, features, logits: tf.reshape(logits, [batch, copies, state.classes]) };
    },

    objective(outputs, views, at) {
      const { options } = at;
      const logits = outputs['logits'] as tf.Tensor3D;
      const labels = labelsOf(views);
      const metrics: Record<string, tf.Scalar> = {};
      const pretextLosses = scopesOf(options).map((scopeOf, place) => {
        const losses = partsOf(options).map((part) => {
          const objective = objectiveOfPart(part, outputs, views, at, scopeOf(part));
          if (place === 0) Object.assign(metrics, metricsOfPart(part, objective));
          return tf.mul<tf.Scalar>(objective.loss, options.pretextWeights[part.name] ?? 1);
        });
        return tf.addN(losses);
      });
      return {
        loss: s4lLoss(logits, labels, pretextLosses),
        metrics: { ...supervisedMetrics(logits, labels), ...metrics },
      };
    },

    async beforeStep(state, at) {
      for (const part of partsOf(at.options)) await beforeStepOfPart(part, state, at);
    },

    afterStep(state, outputs, views, at) {
      for (const part of partsOf(at.options)) afterStepOfPart(part, state, outputs, views, at);
    },

    warnings: (options, context) =>
      partsOf(options).flatMap((part) => part.method.warnings?.(part.options, context) ?? []),

    metrics(options, context) {
      const { classes = 2 } = context.dataset;
      return {
        loss: { title: 'supervised and pretext losses together' },
        supervisedLoss: {
          title: 'cross-entropy on the labelled samples',
          ...{ unit: 'nats', chance: Math.log(classes) },
        },
        accuracy: {
          title: 'accuracy on the augmented labelled samples',
          ...{ range: [0, 1], chance: 1 / classes, head: 0, isHeadline: true },
        },
        ...Object.assign({}, ...partsOf(options).map((part) => describePart(part, context))),
      };
    },

    parameterGroups: (state, options) =>
      partsOf(options).flatMap((part) => parameterGroupsOfPart(part, state)),

    examples: (state, views, at) =>
      partsOf(at.options).flatMap((part) => examplesOfPart(part, state, views, at)),

    heads: ({ classes }) => [classes],

    predict({ backbone, modules }, inputs) {
      const context = { training: false };
      return tf.tidy(() =>
        tf.softmax(modules.classifier.forward(backbone.features(inputs, context), context)),
      );
    },
  };
}

/** What a pretext method's views and outputs of labelled samples begin with. */
function labelledScope({ name }: MethodPart): string {
  return `${labelledStream}.${name}`;
}

/** Where the pretext methods run: on the samples of the first stream, and on the labelled ones where they see them. */
function scopesOf({ labelledViews }: S4lOptions): readonly ((part: MethodPart) => string)[] {
  const ofAll = ({ name }: MethodPart): string => name;
  return labelledViews === 'pretext' ? [ofAll, labelledScope] : [ofAll];
}

function augmentedFeatures(
  { backbone }: MethodState,
  views: Views,
  context: Parameters<typeof contextForViews>[0],
): tf.Tensor2D {
  const group = groupOf(views, labelledGroup);
  const own = { groups: { [labelledGroup]: group } };
  return backbone.features(group.inputs, contextForViews(context, own, labelledGroup));
}

function labelsOf({ groups }: Views): tf.Tensor1D {
  const group = Object.values(groups).find(({ stream }) => stream === labelledStream) as ViewGroup;
  return group.labels as tf.Tensor1D;
}

function supervisedMetrics(logits: tf.Tensor3D, labels: tf.Tensor1D): Record<string, tf.Scalar> {
  const [batch, copies, classes] = logits.shape;
  const rows = tf.reshape(logits, [batch * copies, classes]) as tf.Tensor2D;
  const labelOfRow = tf.reshape(tf.tile(tf.expandDims(labels, 1), [1, copies]), [batch * copies]);
  return {
    supervisedLoss: crossEntropyLoss(rows, labelOfRow as tf.Tensor1D),
    accuracy: batchAccuracy(rows, labelOfRow as tf.Tensor1D),
  };
}

function strongest(parts: readonly MethodPart[]): AugmentationStrength {
  const strengths = parts.map(
    ({ method, options }) => method.augmentationStrengthFor?.(options) ?? method.augmentationStrength,
  );
  return strengths.every((strength) => strength === 'weak') ? 'weak' : 'strong';
}

/** @throws UserError for a method that cannot learn from the pretext stream */
function withoutStreams(method: AnyMethod): AnyMethod {
  if (method.streams === undefined) return method;
  throw new UserError(`${method.name} chooses its own samples; use a method that learns from all of them`);
}
