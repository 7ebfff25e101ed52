import type * as tf from '@tensorflow/tfjs-core';

/**
 * How a variable is laid out in memory, against how PyTorch and a weight file lay it out.
 * - `convolution`: HWIO here, OIHW in files.
 * - `depthwise`: HWC1 here (`[kh, kw, channels, 1]`), `[channels, 1, kh, kw]` in files.
 * - `linear`: `[in, out]` here, `[out, in]` in files.
 * - `same`: no difference.
 */
export type ParameterLayout = 'convolution' | 'depthwise' | 'linear' | 'same';

/** A tensor that lives as long as the model: a weight, or a float32/int32 buffer such as a running mean. */
export interface Parameter {
  readonly variable: tf.Variable;
  readonly layout: ParameterLayout;
}

/** Parameters by their dotted names, as in torchvision where such exist (`layer1.0.conv1.weight`), in order. */
export type ParamTree = ReadonlyMap<string, Parameter>;

/** Typed arrays a host buffer may hold; float64 for what float32 would spoil, int64 as BigInt64Array. */
export type HostArray = Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** State kept outside the tensor backend, e.g. a label table or a covariance in float64. Mutable in place. */
export interface HostBuffer {
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/** What is saved but never optimised: batch-norm statistics, EMA copies, queues, label tables. */
export type BufferTree = ReadonlyMap<string, Parameter | HostBuffer>;
