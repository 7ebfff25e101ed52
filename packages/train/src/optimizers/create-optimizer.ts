import type { ParamTree } from '@ssl/models';
import { createAdam } from './adam.ts';
import { createLars } from './lars.ts';
import type { OptimizerConfig } from './optimizer-config.ts';
import type { Optimizer } from './optimizer.ts';
import { createSgd } from './sgd.ts';

/** The optimizer that a config names, over these parameters, with slots of zeros. */
export function createOptimizer(parameters: ParamTree, config: OptimizerConfig): Optimizer {
  switch (config.name) {
    case 'sgd':
      return createSgd(parameters, config);
    case 'adam':
    case 'adamw':
      return createAdam(parameters, config);
    case 'lars':
      return createLars(parameters, config);
  }
}
