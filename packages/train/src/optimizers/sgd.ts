import { disposeTrees, mergeTrees, type ParamTree } from '@ssl/models';
import { momentumStep } from './momentum-step.ts';
import type { SgdConfig } from './optimizer-config.ts';
import type { UpdateRules } from './update-rules.ts';
import { createSlots, forEachGradient, type Optimizer } from './optimizer.ts';

/** `torch.optim.SGD` without dampening: see `momentumUpdate`. Without momentum it keeps no slots. */
export function createSgd(parameters: ParamTree, config: SgdConfig, rules: UpdateRules): Optimizer {
  const velocities = config.momentum > 0 ? createSlots(parameters) : undefined;
  const slots = mergeTrees({ momentum: velocities ?? new Map() });

  return {
    slots,
    update(gradients, baseRate, place) {
      forEachGradient(parameters, gradients, (name, variable, gradient) => {
        const rule = rules(name, baseRate, place);
        if (rule === undefined) return;
        const { momentum, nesterov } = config;
        const weightDecay = config.excludeOneDimensional && variable.rank <= 1 ? 0 : rule.weightDecay;
        momentumStep(variable, velocities?.get(name)?.variable, gradient, rule.learningRate, {
          ...{ momentum, nesterov, weightDecay },
        });
      });
    },
    dispose: () => disposeTrees(slots),
  };
}
