import type { AugmentationRecipe, AugmentationStrength, InputSpec, ViewRecipe } from '@ssl/augment';
import type { Backbone, BackboneOffer, BufferTree, ForwardContext, ParamTree } from '@ssl/models';
import type { Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import type { MetricDescription } from './metric-description.ts';

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
  /** The stream whose samples these are views of. */
  readonly stream: string;
  /** Views per sample. */
  readonly count: number;
  /** Samples of the stream in the batch. */
  readonly batchSize: number;
  /** `[count × batchSize, …shape]`, view-major, normalised. */
  readonly inputs: tf.Tensor;
  /** What the transforms gave the views, by name, each `[count × batchSize, …]`. */
  readonly targets: NamedTensors;
  /** Index of each sample in the data set, `[batchSize]` (on the host). */
  readonly indices: Int32Array;
  /** Class of each sample, `[batchSize]` int32, −1 where unknown: only for methods that say `usesLabels`. */
  readonly labels?: tf.Tensor1D;
  /**
   * Where the trainer runs `forward` on a part of the batch: the place of the part's first sample among those of its
   * stream, and their number.
   */
  readonly partOf?: { readonly first: number; readonly batchSize: number };
}

/** A batch of views, by the recipe that the method asked for. */
export interface Views {
  readonly groups: Readonly<Record<string, ViewGroup>>;
}

/** Samples that a method wants from the data set, batch by batch. */
export interface StreamRequest {
  /** All samples, those whose label the run may see, or the others. */
  readonly from: 'all' | 'labelled' | 'unlabelled';
  /**
   * Samples of it in each step; default: the run's batch size. A stream after the first begins anew, in another order,
   * whenever it has gone through its samples: it may hold fewer than a batch.
   */
  readonly batchSize?: number;
}

/** What a run gives the views of a method. */
export interface ViewsContext {
  /** What the network takes. */
  readonly input: InputSpec;
  /** The run's augmentation, fitted to the input. */
  readonly augmentation: AugmentationRecipe;
  /** Height and width of the patches that the backbone cuts its input into, where it does that. */
  readonly patchSize?: readonly [height: number, width: number];
}

/** Where training stands. */
export interface Progress<Options = unknown> {
  /** The method's options. */
  readonly options: Options;
  /** What the network takes. */
  readonly input: InputSpec;
  /** Steps done before this one. */
  readonly step: number;
  readonly totalSteps: number;
  /** Epoch under way, from 0. */
  readonly epoch: number;
  readonly totalEpochs: number;
  /** Samples of the first stream seen before this step. */
  readonly samples: number;
  /** A stream of its own for each step and hook. */
  readonly random: Random;
}

/** What `forward` is given besides the views. */
export interface ForwardStep<Options = unknown> extends Progress<Options> {
  /**
   * Hand this to every forward pass whose batch-norm statistics are to be kept. Its `random` is for chance in the
   * networks: draw by the sample's place in the batch.
   */
  readonly forward: ForwardContext;
}

/** What `objective` is given besides the outputs. */
export interface ObjectiveStep<Options = unknown, Memory = unknown> extends Progress<Options> {
  /** The method's `memory`: to be read, not written. */
  readonly memory: Memory;
}

/**
 * What the networks make of a batch: tensors by name whose first axis is the sample. Views of one sample stand behind
 * it, `[batch, views, …]` (`sampleMajor`).
 */
export interface Outputs {
  /** The backbone's features, `[batch, featureDim]` or `[batch, views, featureDim]`: watched for collapse. */
  readonly features: tf.Tensor;
  /**
   * What the objective compares, `[batch, …, dim]`, where that is not the features but made of them, e.g. BYOL's
   * projections: watched for collapse too, which shows in them first.
   */
  readonly projections?: tf.Tensor;
  readonly [name: string]: tf.Tensor | undefined;
}

/** What an objective gives back. */
export interface Objective {
  /** A scalar, to be minimised. */
  readonly loss: tf.Scalar;
  /** Scalars for the run log, by the names that the method's `metrics` describe. */
  readonly metrics?: Readonly<Record<string, tf.Scalar>>;
}

/** What a method has to build its state from. */
export interface InitContext {
  readonly backbone: Backbone;
  readonly random: Random;
  readonly input: InputSpec;
  /** Samples of the first stream in a batch. */
  readonly batchSize: number;
  readonly totalEpochs: number;
  readonly totalSteps: number;
  readonly dataset: {
    readonly length: number;
    /** Number of labelled classes, where the data set has labels. */
    readonly classes?: number;
  };
}

/** What `beforeStep` may use: the place in training, and the data set for methods that sweep over it. */
export interface SweepStep<Options = unknown> extends Progress<Options> {
  /**
   * The whole data set in order, without augmentation (prepared like the evaluation's samples),
   * batch by batch; the caller disposes nothing, each batch's tensors die when the next is asked for.
   */
  sweep(): AsyncIterable<{ readonly indices: Int32Array; readonly inputs: tf.Tensor }>;
}

/** A row of examples for people, e.g. `reconstruction`. */
export interface ExampleRow {
  /** In words: it stands beside the row. */
  readonly name: string;
  /** `[samples, …shape]`, shaped and normalised as the views are. */
  readonly inputs: tf.Tensor;
}

/** A part of a network: parameters and buffers. */
export interface ModelPart {
  readonly parameters: ParamTree;
  readonly buffers: BufferTree;
}

/** What a method adds to the backbone, by the role that it plays. All of it is saved. */
export interface MethodRoles {
  /** Heads and decoders: trained. */
  readonly modules?: Readonly<Record<string, ModelPart>>;
  /** Networks that no optimizer changes: EMA copies. */
  readonly frozen?: Readonly<Record<string, ModelPart | Readonly<Record<string, ModelPart>>>>;
  /** No weights: queues, label tables, centres, running statistics. */
  readonly memory?: Readonly<Record<string, { readonly buffers: BufferTree }>>;
  /** The network that is evaluated and exported, where it is not the trained backbone: e.g. DINO's teacher. */
  readonly evaluated?: Backbone;
}

/** The state of a method: the backbone that is trained, and the method's roles. */
export type MethodState<Roles extends MethodRoles = MethodRoles> = Roles & { readonly backbone: Backbone };

/** Parameters that are trained differently from the rest. */
export interface ParameterGroup {
  /** Whether a parameter belongs to it, by its name (`backbone.layer1.0.conv1.weight`); the first group that says so counts. */
  includes(name: string, shape: readonly number[]): boolean;
  /** Default 1. */
  readonly learningRateFactor?: number;
  /** Default 1; 0 for no decay. */
  readonly weightDecayFactor?: number;
  /** Epochs at the start in which they stay as they are; default 0. */
  readonly frozenEpochs?: number;
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
 *
 * `Options` are those of its schema, `Roles` what `init` gives, `Out` what `forward` gives.
 */
export interface MethodDefinition<
  Options = unknown,
  Roles extends MethodRoles = MethodRoles,
  Out extends Outputs = Outputs,
> {
  /** In kebab-case, e.g. `self-classifier`. */
  readonly name: string;
  readonly description: string;
  /** Where it was loaded from, e.g. a file: errors name it. Set by whoever loads it. */
  readonly origin?: string;
  readonly paper?: Paper;
  /** Defaults, ranges and descriptions: `--help`, `ssl methods` and the check of a config come from it. */
  readonly options: z.ZodType<Options>;
  readonly presets?: Readonly<Record<string, MethodPreset>>;
  /** Whether the objective reads labels of the data set; without it the trainer hands it none. */
  readonly usesLabels?: boolean;
  /** What the backbone `auto` is to offer besides features; default: nothing. */
  readonly backboneOffer?: BackboneOffer;
  /** What the augmentation `auto` is to be: default `strong`. */
  readonly augmentationStrength?: AugmentationStrength;
  /** The same where it depends on the options; goes before `augmentationStrength`. */
  augmentationStrengthFor?(options: Options): AugmentationStrength;
  /** The streams of samples that it learns from, the one that counts epochs first; default: one of all samples. */
  streams?(options: Options, batchSize: number): Readonly<Record<string, StreamRequest>>;
  /**
   * What is likely to go wrong with settings that can be run all the same, in one sentence each, with what to do: said
   * at the start of a run.
   */
  warnings?(
    options: Options,
    context: Pick<InitContext, 'dataset' | 'input' | 'batchSize'>,
  ): readonly string[];
  /** The views of a sample that the method wants: the augmentation, and what the method adds to it. */
  views(options: Options, context: ViewsContext): ViewRecipe;
  /** Builds heads, decoder, EMA copy, label table, queue. */
  init(context: InitContext, options: Options): Roles;
  /**
   * The networks: what they make of each sample by itself. What costs memory stands here. Runs inside the gradient
   * tape, synchronously; reads the state and writes none of it.
   */
  forward(state: MethodState<Roles>, views: Views, at: ForwardStep<Options>): Out;
  /**
   * The loss over the whole batch: what couples samples stands here. No network and no trainable weight in it, so that
   * the trainer may run `forward` on parts of the batch. Runs inside the gradient tape, synchronously; writes nothing.
   */
  objective(outputs: Out, views: Views, at: ObjectiveStep<Options, Roles['memory']>): Objective;
  /** Before a step, outside the tape: e.g. SeLa re-labels the data set. */
  beforeStep?(state: MethodState<Roles>, at: SweepStep<Options>): Promise<void>;
  /** After the optimizer's update: e.g. EMA update, queue push. */
  afterStep?(state: MethodState<Roles>, outputs: Out, views: Views, at: Progress<Options>): void;
  /** How the metrics, and the `loss`, are to be read. */
  metrics?(
    options: Options,
    context: Pick<InitContext, 'dataset' | 'input' | 'batchSize'>,
  ): Readonly<Record<string, MetricDescription>>;
  /** Parameters that are trained differently from the rest. */
  parameterGroups?(state: MethodState<Roles>, options: Options): readonly ParameterGroup[];
  /**
   * Rows of examples that show what the method does, such as input, reconstruction and target of an autoencoder: one
   * of each sample of the batch in every row. The report shows them. Changes no state; the caller disposes
   * the tensors.
   */
  examples?(
    state: MethodState<Roles>,
    views: Views,
    at: Pick<Progress<Options>, 'options' | 'input'>,
  ): readonly ExampleRow[];
  /** Number of classes of each head that `predict` can use, where the method has classes. */
  heads?(state: MethodState<Roles>, options: Options): readonly number[];
  /** `[batch, classes]` probabilities of inputs by one of the heads, the first is 0. */
  predict?(state: MethodState<Roles>, inputs: tf.Tensor, options: Options, head: number): tf.Tensor2D;
  /** What to do when the features collapse, in one sentence that names the method's own remedy. */
  readonly collapseAdvice?: string;
}

/**
 * A method of any options and state, as registries and trainers hold it: options come from its own
 * `options.parse`, state from its own `init`, and nobody looks into either.
 */
export type AnyMethod = MethodDefinition;
