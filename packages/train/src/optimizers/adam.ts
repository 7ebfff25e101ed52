import {
  disposeTrees,
  mergeTrees,
  type BufferTree,
  type HostBuffer,
  type Parameter,
  type ParamTree,
} from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type { AdamConfig } from './optimizer-config.ts';
import { createSlots, forEachGradient, type Optimizer } from './optimizer.ts';

/**
 * `torch.optim.Adam` and `torch.optim.AdamW` (Kingma & Ba, 2015; Loshchilov & Hutter, 2019): ε is outside the
 * root and added after the bias correction. Adam adds weight decay to the gradient; AdamW first shrinks the
 * parameter by rate · weightDecay.
 */
export function createAdam(parameters: ParamTree, config: AdamConfig): Optimizer {
  const { beta1, beta2, epsilon, weightDecay } = config;
  const decoupled = config.name === 'adamw';
  const means = createSlots(parameters);
  const squares = createSlots(parameters);
  const steps: HostBuffer = { shape: [], data: new Float64Array(1) };
  const slots: BufferTree = mergeTrees<Parameter | HostBuffer>({
    mean: means,
    square: squares,
    '': new Map([['step', steps]]),
  });

  function updateOne(name: string, variable: tf.Variable, gradient: tf.Tensor, rate: number): void {
    const mean = means.get(name) as Parameter;
    const square = squares.get(name) as Parameter;
    const step = steps.data[0] as number;
    const decay = config.excludeOneDimensional && variable.rank <= 1 ? 0 : weightDecay;
    const direction = decay > 0 && !decoupled ? tf.add(gradient, tf.mul(variable, decay)) : gradient;

    mean.variable.assign(tf.add(tf.mul(mean.variable, beta1), tf.mul(direction, 1 - beta1)));
    square.variable.assign(tf.add(tf.mul(square.variable, beta2), tf.mul(tf.square(direction), 1 - beta2)));
    const root = tf.mul(tf.sqrt(square.variable), 1 / Math.sqrt(1 - beta2 ** step));
    const change = tf.div(tf.mul(mean.variable, rate / (1 - beta1 ** step)), tf.add(root, epsilon));
    const start = decay > 0 && decoupled ? tf.mul(variable, 1 - rate * decay) : variable;
    variable.assign(tf.sub(start, change));
  }

  return {
    slots,
    update(gradients, learningRate) {
      steps.data[0] = (steps.data[0] as number) + 1;
      forEachGradient(parameters, gradients, (name, variable, gradient) => {
        tf.tidy(() => updateOne(name, variable, gradient, learningRate));
      });
    },
    dispose: () => disposeTrees(slots),
  };
}
