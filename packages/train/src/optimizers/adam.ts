import { adamUpdate } from '@ssl/backend';
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
import type { UpdateRule, UpdateRules } from './update-rules.ts';
import { createSlots, forEachGradient, type Optimizer } from './optimizer.ts';

/**
 * `torch.optim.Adam` and `torch.optim.AdamW`: see `adamUpdate`.
 */
export function createAdam(parameters: ParamTree, config: AdamConfig, rules: UpdateRules): Optimizer {
  const { beta1, beta2, epsilon } = config;
  const decoupled = config.name === 'adamw';
  const means = createSlots(parameters);
  const squares = createSlots(parameters);
  const steps: HostBuffer = { shape: [], data: new Float64Array(1) };
  const slots: BufferTree = mergeTrees<Parameter | HostBuffer>({
    mean: means,
    square: squares,
    '': new Map([['step', steps]]),
  });

  function updateOne(name: string, variable: tf.Variable, gradient: tf.Tensor, rule: UpdateRule): void {
    const { learningRate } = rule;
    const { variable: mean } = means.get(name) as Parameter;
    const { variable: square } = squares.get(name) as Parameter;
    const weightDecay = config.excludeOneDimensional && variable.rank <= 1 ? 0 : rule.weightDecay;
    const step = steps.data[0] as number;
    const next = adamUpdate({ parameter: variable, mean, square }, gradient, {
      ...{ learningRate, beta1, beta2, epsilon, weightDecay, decoupled, step },
    });
    variable.assign(next.parameter);
    mean.assign(next.mean);
    square.assign(next.square);
  }

  return {
    slots,
    update(gradients, learningRate, place) {
      steps.data[0] = (steps.data[0] as number) + 1;
      forEachGradient(parameters, gradients, (name, variable, gradient) => {
        const rule = rules(name, learningRate, place);
        if (rule !== undefined) tf.tidy(() => updateOne(name, variable, gradient, rule));
      });
    },
    dispose: () => disposeTrees(slots),
  };
}
