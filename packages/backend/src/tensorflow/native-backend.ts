import type * as tf from '@tensorflow/tfjs-core';

/** Value of an op's attribute as tfjs-node's binding takes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** The part of tfjs-node's native binding that is used here. */
export interface NativeBinding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  /** Version of the TensorFlow library, e.g. `2.21.0`. */
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

/** The part of tfjs-node's backend that is used here: it runs any op of TensorFlow's by name. */
export interface NativeBackend extends tf.KernelBackend {
  readonly binding: NativeBinding;
  getDTypeInteger(dtype: tf.DataType): number;
  executeSingleOutput(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
  ): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  applyActivation(
    input: tf.Tensor,
    activation: string | undefined,
    preluWeights: tf.TensorInfo | undefined,
    leakyReluAlpha: number | undefined,
  ): tf.Tensor;
}

/** Attributes of TensorFlow's ops, in the form the binding takes. */
export const attribute = {
  type: (backend: NativeBackend, name: string, dtype: tf.DataType): OpAttribute => ({
    name,
    type: backend.binding.TF_ATTR_TYPE,
    value: backend.getDTypeInteger(dtype),
  }),
  float: (backend: NativeBackend, name: string, value: number): OpAttribute => ({
    name,
    type: backend.binding.TF_ATTR_FLOAT,
    value,
  }),
  bool: (backend: NativeBackend, name: string, value: boolean): OpAttribute => ({
    name,
    type: backend.binding.TF_ATTR_BOOL,
    value,
  }),
  string: (backend: NativeBackend, name: string, value: string): OpAttribute => ({
    name,
    type: backend.binding.TF_ATTR_STRING,
    value,
  }),
  int: (backend: NativeBackend, name: string, value: number): OpAttribute => ({
    name,
    type: backend.binding.TF_ATTR_INT,
    value,
  }),
  ints: (backend: NativeBackend, name: string, value: readonly number[]): OpAttribute => ({
    name,
    type: backend.binding.TF_ATTR_INT,
    value,
  }),
};
