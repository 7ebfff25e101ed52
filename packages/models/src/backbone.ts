import type { InputSpec } from '@ssl/augment';
import type * as tf from '@tensorflow/tfjs-core';
import type { ForwardContext } from './module.ts';
import type { BufferTree, ParamTree } from './parameter.ts';

/** What a backbone was built with, as plain JSON: enough to build it again with `createBackbone`. */
export interface BackboneSettings {
  readonly name: string;
  /** All options of its kind, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly input: InputSpec;
}

/** A part of the tokens of each sample. */
export interface TokenSelection {
  /** Indices of the patches or steps that the encoder sees, `[batch, kept]` int32, counted without a class token. */
  readonly keep?: tf.Tensor2D;
}

/** A network from inputs to features: the only thing that evaluation needs. */
export interface Backbone {
  readonly name: string;
  readonly settings: BackboneSettings;
  readonly parameters: ParamTree;
  readonly buffers: BufferTree;
  /** Length of a feature vector. */
  readonly featureDim: number;
  /** `[batch, …input shape]` → `[batch, featureDim]`. */
  features(x: tf.Tensor, context: ForwardContext): tf.Tensor2D;
  /** The last feature map before pooling, `[batch, h, w, depth]`, where the network has one. */
  map?(x: tf.Tensor, context: ForwardContext): tf.Tensor4D;
  /** The features of a map of this network, `[batch, featureDim]`: for methods that need both from one pass. */
  poolMap?(map: tf.Tensor4D): tf.Tensor2D;
  /** The encoder of tokens, where the network works on tokens. */
  readonly tokens?: TokenEncoder;
  /** A copy with variables of its own and the same values, e.g. an EMA target. */
  clone(): Backbone;
}

/** Tokens and features of one pass. */
export interface EncodedTokens {
  /** `[batch, prefix + tokens, dim]`, as of `encode`. */
  readonly tokens: tf.Tensor3D;
  /** `[batch, featureDim]`: those of `Backbone.features`, where all tokens were encoded. */
  readonly features: tf.Tensor2D;
}

/** How a network that works on tokens (patches, bytes) is seen by methods that hide or predict some of them. */
export interface TokenEncoder {
  /** Tokens of an input, without a class token. */
  readonly count: number;
  readonly dim: number;
  /** Tokens before the first of `count`, such as a class token: 0 or 1. */
  readonly prefix: number;
  /** Rows and columns of the tokens' grid; one row for sequences. */
  readonly grid: readonly [rows: number, columns: number];
  /** Height and width of a patch in an image; absent for sequences. */
  readonly patchSize?: readonly [height: number, width: number];
  /** Encodes an input, or a part of its tokens: `[batch, prefix + tokens, dim]`. */
  encode(x: tf.Tensor, context: ForwardContext, selection?: TokenSelection): tf.Tensor3D;
  /** The same with the features of what was encoded: for methods that need both from one pass. */
  encodeAndPool(x: tf.Tensor, context: ForwardContext, selection?: TokenSelection): EncodedTokens;
}
