import * as tf from '@tensorflow/tfjs-core';
import { wasmKernel } from './wasm-kernel.ts';

/**
 * A second name for the same values; no kernel ever writes into its inputs. tfjs's copies them, and each tensor that
 * the gradient tape keeps is a clone.
 */
export const identity = wasmKernel<{ x: tf.TensorInfo }>(tf.Identity, ({ inputs: { x }, backend }) => {
  backend.incRef(x.dataId as object);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
});
