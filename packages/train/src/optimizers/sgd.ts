import { disposeTrees, mergeTrees, type ParamTree } from '@ssl/models';
import { momentumStep } from './momentum-step.ts';
import type { SgdConfig } from './optimizer-config.ts';
import { createSlots, forEachGradient, type Optimizer } from './optimizer.ts';

/** `torch.optim.SGD` without dampening: see `momentumUpdate`. Without momentum it keeps no slots. */
export function createSgd(parameters: ParamTree, config: SgdConfig): Optimizer {
  const velocities = config.momentum > 0 ? createSlots(parameters) : undefined;
  const slots = mergeTrees({ momentum: velocities ?? new Map() });

  return {
    slots,
    update(gradients, learningRate) {
      forEachGradient(parameters, gradients, (name, variable, gradient) => {
        const { momentum, nesterov } = config;
        const weightDecay = config.excludeOneDimensional && variable.rank <= 1 ? 0 : config.weightDecay;
        momentumStep(variable, velocities?.get(name)?.variable, gradient, learningRate, {
          ...{ momentum, nesterov, weightDecay },
        });
      });
    },
    dispose: () => disposeTrees(slots),
  };
}
