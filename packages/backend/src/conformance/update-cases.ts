import * as tf from '@tensorflow/tfjs-core';
import { adamUpdate } from '../ops/adam-update.ts';
import { momentumUpdate } from '../ops/momentum-update.ts';
import type { OpCase } from './op-cases.ts';

const momentum = { learningRate: 0.3, momentum: 0.9, nesterov: false, weightDecay: 0.1 };
const adam = { learningRate: 0.3, beta1: 0.9, beta2: 0.99, epsilon: 1e-4, weightDecay: 0.1, step: 3 };

/** Updates of optimizers: their results side by side; they have no gradient. */
export const updateCases: readonly OpCase[] = [[7], [3, 50, 260]].flatMap(updatesOf);

function updatesOf(shape: readonly number[]): OpCase[] {
  const at = `[${shape.join(',')}]`;
  const settings = [
    ['momentumUpdate', momentum],
    ['momentumUpdate with Nesterov, without decay', { ...momentum, nesterov: true, weightDecay: 0 }],
  ] as const;
  return [
    {
      name: `momentumUpdate without momentum ${at}`,
      inputs: [shape, shape],
      forwardOnly: true,
      run: (parameter, gradient) =>
        momentumUpdate(parameter as tf.Tensor, gradient as tf.Tensor, undefined, momentum).parameter,
    },
    ...settings.map(([name, attrs]) => ({
      name: `${name} ${at}`,
      inputs: [shape, shape, shape],
      forwardOnly: true,
      run: (...inputs: tf.Tensor[]) => {
        const [parameter, gradient, velocity] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
        const next = momentumUpdate(parameter, gradient, velocity, attrs);
        return tf.stack([next.parameter, next.velocity as tf.Tensor]);
      },
    })),
    ...[true, false].map((decoupled) => ({
      name: `adamUpdate ${at}${decoupled ? ', decoupled decay' : ''}`,
      inputs: [shape, shape, shape, shape],
      forwardOnly: true,
      run: (...inputs: tf.Tensor[]) => {
        const [parameter, gradient, mean, root] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const state = { parameter, mean, square: tf.square(root) };
        const next = adamUpdate(state, gradient, { ...adam, decoupled });
        return tf.stack([next.parameter, next.mean, next.square]);
      },
    })),
  ] satisfies OpCase[];
}
