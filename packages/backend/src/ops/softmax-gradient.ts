import * as tf from '@tensorflow/tfjs-core';
import { SslSoftmaxGrad } from '../kernel-names.ts';
import { runKernel } from './run-kernel.ts';

/** Gradient of `tf.softmax`, one kernel where a backend has it; for `registerTrainingGradients`. */
export const softmaxGradient: tf.GradConfig = {
  kernelName: tf.Softmax,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [y] = saved;
    if (!y || Array.isArray(dy))
      throw new Error('softmax: its gradient needs the result of the forward pass');
    return {
      logits: () =>
        runKernel(SslSoftmaxGrad, { dy, y }, {}, (inputs) => {
          const { dy: upstream, y: result } = inputs as Record<'dy' | 'y', tf.Tensor>;
          const weighted = tf.mul(upstream, result);
          return [tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), result))];
        })[0] as tf.Tensor,
    };
  },
};
