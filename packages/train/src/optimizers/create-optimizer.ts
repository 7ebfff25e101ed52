import type { ParameterGroup } from '@ssl/losses';
import type { ParamTree } from '@ssl/models';
import { createAdam } from './adam.ts';
import { createLars } from './lars.ts';
import type { OptimizerConfig } from './optimizer-config.ts';
import type { Optimizer } from './optimizer.ts';
import { createSgd } from './sgd.ts';
import { createUpdateRules } from './update-rules.ts';

/**
 * The optimizer that a config names, over these parameters, with slots of zeros.
 *
 * @param groups parameters with rates or decay of their own
 */
export function createOptimizer(
  parameters: ParamTree,
  config: OptimizerConfig,
  groups: readonly ParameterGroup[] = [],
): Optimizer {
  const rules = createUpdateRules(parameters, config, groups);
  switch (config.name) {
    case 'sgd':
      return createSgd(parameters, config, rules);
    case 'adam':
    case 'adamw':
      return createAdam(parameters, config, rules);
    case 'lars':
      return createLars(parameters, config, rules);
  }
}
