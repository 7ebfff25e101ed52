import { disposeTrees, mergeTrees, type ParamTree } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { momentumStep } from './momentum-step.ts';
import type { SgdConfig } from './optimizer-config.ts';
import { createSlots, forEachGradient, type Optimizer } from './optimizer.ts';

/**
 * `torch.optim.SGD` without dampening: d = g + weightDecay · p, then `momentumStep`. Without momentum it keeps no
 * slots.
 */
export function createSgd(parameters: ParamTree, config: SgdConfig): Optimizer {
  const velocities = config.momentum > 0 ? createSlots(parameters) : undefined;
  const slots = mergeTrees({ momentum: velocities ?? new Map() });

  return {
    slots,
    update(gradients, learningRate) {
      forEachGradient(parameters, gradients, (name, variable, gradient) => {
        const decays = config.weightDecay > 0 && !(config.excludeOneDimensional && variable.rank <= 1);
        tf.tidy(() => {
          const direction = decays ? tf.add(gradient, tf.mul(variable, config.weightDecay)) : gradient;
          momentumStep(variable, velocities?.get(name)?.variable, direction, learningRate, config);
        });
      });
    },
    dispose: () => disposeTrees(slots),
  };
}
