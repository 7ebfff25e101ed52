import type { ImageSpec, ViewRecipe } from '@ssl/augment';
import type { Backbone, BufferTree, ForwardContext, ParamTree } from '@ssl/models';
import type { Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import type { z } from 'zod';

/** Where a method comes from. */
export interface Paper {
  readonly title: string;
  readonly authors: string;
  readonly venue: string;
  readonly url: string;
}

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** One group of views of a batch, as tensors. */
export interface ViewGroup {
  /** Views per image. */
  readonly count: number;
  /** `[count × batchSize, height, width, channels]` float32, view-major. */
  readonly images: tf.Tensor4D;
  /** `[count × batchSize]` int32: the labels that the recipe made, where it makes any. */
  readonly targets?: tf.Tensor1D;
}

/** A batch of views, by the recipe that the method asked for. */
export interface Views {
  /** Images in the batch. */
  readonly batchSize: number;
  /** Index of each image in the data set, `[batchSize]` (on the host). */
  readonly indices: Int32Array;
  /** Class of each image, `[batchSize]` int32, −1 where unknown: only for methods that say `usesLabels`. */
  readonly labels?: tf.Tensor1D;
  readonly groups: Readonly<Record<string, ViewGroup>>;
}

/** Where training stands, and what a loss may draw on. */
export interface Progress {
  /** Steps done before this one. */
  readonly step: number;
  readonly totalSteps: number;
  /** Epoch under way, from 0. */
  readonly epoch: number;
  readonly totalEpochs: number;
  /** Images seen before this step. */
  readonly samples: number;
  /** A stream of its own for each step, for a loss that needs chance. */
  readonly random: Random;
  /** Hand this to every forward pass whose batch-norm statistics are to be kept. */
  readonly forward: ForwardContext;
}

/** What a loss gives back. */
export interface LossOutput {
  /** A scalar, to be minimised. */
  readonly loss: tf.Scalar;
  /** The backbone's features of this batch, `[rows, featureDim]`: the trainer watches them for collapse. */
  readonly features: tf.Tensor2D;
  /**
   * What the loss compares, `[rows, dim]`, where that is not the features but made of them, e.g. BYOL's projections:
   * watched for collapse too, which shows in them first.
   */
  readonly projections?: tf.Tensor2D;
  /**
   * Scalars for the run log, by name in camelCase. The numbers of a classifier end in the number of its classes, and
   * its place where several have as many: `classesUsed10`, `classesUsed10Head3`. Where `classesUsed…` stays at 1,
   * the trainer warns of a collapse.
   */
  readonly metrics?: Readonly<Record<string, tf.Scalar>>;
  /** Tensors for `afterStep`, e.g. what to push into a queue. */
  readonly aux?: NamedTensors;
}

/** What a method has to build its state from. */
export interface InitContext {
  readonly backbone: Backbone;
  readonly random: Random;
  readonly image: ImageSpec;
  readonly batchSize: number;
  readonly totalEpochs: number;
  readonly totalSteps: number;
  readonly dataset: {
    readonly length: number;
    /** Number of labelled classes, where the data set has labels. */
    readonly classes?: number;
  };
}

/** What a hook may use: the place in training, and the data set for methods that sweep over it. */
export interface StepContext extends Omit<Progress, 'forward'> {
  /**
   * The whole data set in order, without augmentation (resized and normalised like the evaluation's images),
   * batch by batch; the caller disposes nothing, each batch's tensors die when the next is asked for.
   */
  sweep(): AsyncIterable<{ readonly indices: Int32Array; readonly images: tf.Tensor4D }>;
}

/** A row of pictures for people, e.g. `reconstruction`. */
export interface ExampleImages {
  /** In words: it stands beside the row. */
  readonly name: string;
  /** `[images, height, width, channels]` float32, normalised as the views are. */
  readonly images: tf.Tensor4D;
}

/** The state of a method: the backbone, and whatever the method adds to it. */
export interface MethodState {
  readonly backbone: Backbone;
  /** What the optimizer updates, the backbone's parameters included (under `backbone.`). */
  readonly trainable: ParamTree;
  /** What is saved and never optimised, the backbone's buffers included (under `backbone.`). */
  readonly buffers: BufferTree;
}

/**
 * Settings a method brings along under a name, e.g. `cifar10-small`: its own options and the trainer's
 * (`@ssl/train` checks those against its schema).
 */
export interface MethodPreset {
  readonly description: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly training?: Readonly<Record<string, unknown>>;
}

/**
 * A self-supervised method in one object: the trainer, the command, the checkpoint and the viewer use only
 * this interface and never name a method.
 */
export interface MethodDefinition<Options = unknown, State extends MethodState = MethodState> {
  /** In kebab-case, e.g. `self-classifier`. */
  readonly name: string;
  readonly description: string;
  /** Where it was loaded from, e.g. a file: errors name it. Set by whoever loads it. */
  readonly origin?: string;
  readonly paper?: Paper;
  /** Defaults, ranges and descriptions: `--help`, `ssl methods` and the check of a config come from it. */
  readonly options: z.ZodType<Options>;
  readonly presets?: Readonly<Record<string, MethodPreset>>;
  /** Whether the loss reads labels of the data set; without it the trainer hands it none. */
  readonly usesLabels?: boolean;
  /** The views of an image that the method wants. */
  views(options: Options, image: ImageSpec): ViewRecipe;
  /** Builds heads, decoder, EMA copy, label table, queue. */
  init(context: InitContext, options: Options): State;
  /** Runs inside the gradient tape, synchronously; reads the state and writes none of it. */
  loss(state: State, views: Views, at: Progress): LossOutput;
  /** Before a step, outside the tape: e.g. SeLa re-labels the data set. */
  beforeStep?(state: State, context: StepContext): Promise<void>;
  /** After the optimizer's update: e.g. EMA update, queue push. The trainer disposes `aux` afterwards. */
  afterStep?(state: State, context: StepContext, aux: NamedTensors): void;
  /**
   * Rows of pictures that show what the method does, such as input, reconstruction and target of an autoencoder: one
   * picture of each image of the batch in every row. The report shows them. Changes no state; the caller disposes
   * the tensors.
   */
  examples?(state: State, views: Views): readonly ExampleImages[];
  /** Number of classes of each head that `predict` can use, where the method has classes. */
  heads?(state: State): readonly number[];
  /** `[batch, classes]` probabilities of images by one of the heads, the first (0) by default. */
  predict?(state: State, images: tf.Tensor4D, head?: number): tf.Tensor2D;
  /** What to do when the features collapse, in one sentence that names the method's own remedy. */
  readonly collapseAdvice?: string;
}

/**
 * A method of any options and state, as registries and trainers hold it: options come from its own
 * `options.parse`, state from its own `init`, and nobody looks into either.
 */
export type AnyMethod = MethodDefinition<unknown, MethodState>;
