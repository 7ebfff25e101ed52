import * as tf from '@tensorflow/tfjs-core';
import { SslReluGrad } from './kernel-names.ts';
import { batchNormInferenceGradient } from './ops/batch-norm-inference.ts';
import { batchNormTrainingGradient } from './ops/batch-norm-training.ts';
import { geluGradient } from './ops/gelu.ts';
import { layerNormGradient } from './ops/layer-norm.ts';
import { matMulGradient } from './ops/mat-mul-gradient.ts';
import { runKernel } from './ops/run-kernel.ts';
import { softmaxGradient } from './ops/softmax-gradient.ts';

/**
 * Registers the gradients of this package's ops and puts cheaper ones in place of some of tfjs's. The gradients of
 * stock ops must be registered before (in Node `useBackend` sees to it, in a bundler import
 * `@tensorflow/tfjs-core/dist/register_all_gradients`). Calling it again changes nothing.
 */
export function registerTrainingGradients(): void {
  for (const gradient of [
    batchNormTrainingGradient,
    batchNormInferenceGradient,
    geluGradient,
    layerNormGradient,
    matMulGradient,
    reluGradient,
    softmaxGradient,
  ]) {
    if (tf.getGradient(gradient.kernelName)) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}

/** ReLU's gradient in one pass that needs only the result; tfjs makes it of three and keeps the input alive. */
const reluGradient: tf.GradConfig = {
  kernelName: tf.Relu,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [y] = saved;
    if (!y || Array.isArray(dy)) throw new Error('relu: its gradient needs the result of the forward pass');
    return {
      x: () =>
        runKernel(SslReluGrad, { dy, y }, {}, (inputs) => {
          const { dy: upstream, y: result } = inputs as Record<'dy' | 'y', tf.Tensor>;
          return [tf.mul(upstream, tf.step(result))];
        })[0] as tf.Tensor,
    };
  },
};
