import type * as tf from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './run-program.ts';

/**
 * tfjs's own `GatherNd`, without the references to its inputs that it forgets to give back where it computes small
 * ones on the processor.
 */
export function createGatherNd(stock: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as WebgpuBackend;
    const before = Object.values(call.inputs).map((input) => {
      const { dataId } = input as tf.TensorInfo;
      return [dataId, backend.refCount(dataId)] as const;
    });
    const result = stock(call);
    for (const [dataId, count] of before) {
      while (backend.refCount(dataId) > count) backend.disposeData(dataId);
    }
    return result;
  };
}
